import { ScoriaError } from '../../domain/errors.ts';
import { reachableBackend } from '../../domain/volume/checks.ts';
import {
  decideForgetVolume,
  ForgetVolume,
  VolumeForgetFailed,
  VolumeForgetRequested,
  VolumeForgotten,
} from '../../domain/volume/forget.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { asked } from '../driver-queries.ts';
import { type FactsContext, operation } from '../operation.ts';
import { assertShreddable, shredByPolicy, unpinSources } from './delete.ts';
import { backendOf } from './facts.ts';
import { findOnArray, findSnapshotOnArray } from './find.ts';

/** What the array has still of a volume and its snapshots. */
const stillThere = async (context: FactsContext<'volume'>): Promise<readonly string[]> => {
  const { volume, snapshots } = context.state;
  if (volume === null || volume.status === 'deleted') return [];
  const backend = reachableBackend((await backendOf(null, context)).backend, volume.backend_name);
  if (backend._tag === 'Left') throw new ScoriaError(backend.left);
  return asked(backend.right, context.services, 'does not tell what it has', async (driver) => {
    const found = (await findOnArray(driver, volume)) === null ? [] : [`volume ${volume.id}`];
    for (const snapshot of Object.values(snapshots)) {
      if ((await findSnapshotOnArray(driver, snapshot, volume)) !== null) found.push(`snapshot ${snapshot.id}`);
    }
    return found;
  });
};

export const forgetVolume = operation({
  command: ForgetVolume,
  kind: 'volume',
  needsReason: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => {
    await assertShreddable(input, context);
    return { stillThere: input.force === true ? [] : await stillThere(context) };
  },
  decide: decideForgetVolume,
  effect: {
    intent: VolumeForgetRequested,
    backend: 'not touched',
    perform: async (work) => {
      await unpinSources(work);
      await shredByPolicy(work);
    },
    succeeded: ({ snapshots, connections }) => [VolumeForgotten.of({ snapshots, connections })],
    failed: (_, failure) => VolumeForgetFailed.of({ failure }),
    reconcile: 'resume children',
  },
});
