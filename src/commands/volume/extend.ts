import { backendStream } from '../../domain/backend/backend.ts';
import { mayExecute } from '../../domain/backend/hosts.ts';
import { gibToBytes } from '../../domain/backend/resource.ts';
import {
  decideExtendVolume,
  ExtendVolume,
  VolumeExtended,
  VolumeExtensionFailed,
  VolumeExtensionRequested,
} from '../../domain/volume/extend.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { type FactsContext, operation } from '../operation.ts';
import { backendOf } from './facts.ts';
import { capability, findOnArray, volumeOf } from './find.ts';
import { growDevices } from './host-side.ts';

/** Asked only about the size that is recorded already; an array that does not answer has nothing to add. */
const isSmallerOnArray = async (
  { size }: { readonly size: number },
  { state: { volume }, inventory, services }: FactsContext<'volume'>,
): Promise<boolean> => {
  if (volume?.size !== size || !['available', 'in-use'].includes(volume.status)) return false;
  const { backend } = inventory.state('backend', backendStream(volume.backend_name));
  if (backend === null || !mayExecute(services.executors.host, backend.hosts)) return false;
  const found = await services.drivers.ask(backend, (driver) => findOnArray(driver, volume)).catch(() => null);
  return found !== null && found.sizeBytes < gibToBytes(size);
};

export const extendVolume = operation({
  command: ExtendVolume,
  kind: 'volume',
  keys: 'opened',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => ({
    ...(await backendOf(input, context)),
    isSmallerOnArray: await isSmallerOnArray(input, context),
  }),
  decide: decideExtendVolume,
  effect: {
    intent: VolumeExtensionRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver, services }) => {
      const extend = await capability(driver, 'extend');
      await extend.extendVolume(volumeOf(state), intent.data.size, Object.values(state.connections));
      await growDevices(state, services);
    },
    succeeded: (intent) => [VolumeExtended.of(intent)],
    failed: (_, failure) => VolumeExtensionFailed.of({ failure }),
    reconcile: async ({ state, intent, driver, services }) => {
      const found = await (await driver()).findVolume(volumeOf(state));
      if (found === null || found.sizeBytes < gibToBytes(intent.data.size)) return { happened: false };
      await growDevices(state, services);
      return { happened: true, answer: undefined };
    },
  },
});
