import {
  DeleteVolume,
  decideDeleteVolume,
  VolumeDeleted,
  VolumeDeletionFailed,
  VolumeDeletionRequested,
} from '../../domain/volume/delete.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { leftToDo } from '../ending.ts';
import { type FactsContext, operation, type Work } from '../operation.ts';
import { backendOf } from './facts.ts';
import { volumeOf } from './find.ts';
import { unpinSource } from './pin.ts';
import { shredVolumeSecrets } from './shred-secrets.ts';

export const deleteVolume = operation({
  command: DeleteVolume,
  kind: 'volume',
  keys: 'opened',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => {
    await assertShreddable(input, context);
    return backendOf(input, context);
  },
  decide: decideDeleteVolume,
  effect: {
    intent: VolumeDeletionRequested,
    backend: 'must be thawed',
    perform: async (work) => {
      await (await work.driver()).deleteVolume(volumeOf(work.state));
      await unpinSources(work);
      await shredByPolicy(work);
    },
    succeeded: () => [VolumeDeleted.of({})],
    failed: (_, failure) => VolumeDeletionFailed.of({ failure }),
    reconcile: async (work) => {
      const driver = await work.driver();
      const volume = volumeOf(work.state);
      if ((await driver.findVolume(volume)) !== null) return { happened: false };
      // What only the volume needed may still be there.
      await driver.deleteVolume(volume);
      await unpinSources(work);
      await shredByPolicy(work);
      return { happened: true, answer: undefined };
    },
  },
});

/** A copy that is not known to have ended pins its source. Once it is gone nobody asks about it any more. */
export const unpinSources = async ({ state, services, child }: Work<'volume', unknown>): Promise<void> => {
  if (state.questions.length === 0) return;
  const { id, source_volid, snapshot_id } = volumeOf(state);
  const stream =
    source_volid === null
      ? (await services.read.inventory()).resource(snapshot_id ?? '')?.stream
      : volumeStream(source_volid);
  if (stream === undefined) return;
  const { volume, pins } = await services.read.state('volume', stream);
  for (const [pin_id, pin] of Object.entries(pins)) {
    if (volume === null || pin.volume_id !== id) continue;
    try {
      await child(`unpin ${pin_id}`, unpinSource, { pin_id, volume_id: volume.id });
    } catch (error) {
      throw leftToDo('its source is still pinned', error);
    }
  }
};

/** A volume whose keys are to be destroyed with it stays where the key store does not answer. */
export const assertShreddable = async (
  { volume_id }: { readonly volume_id: string },
  { services }: FactsContext<'volume'>,
): Promise<void> => {
  if (services.shredDeleted) await services.vault.keys.holds(volumeStream(volume_id));
};

/** With its own intent and outcome: what destroys keys is recorded as such. */
export const shredByPolicy = async ({ intent, state, services, child }: Work<'volume', unknown>): Promise<void> => {
  if (!services.shredDeleted || !(await services.vault.keys.holds(intent.stream))) return;
  try {
    await child('shred', shredVolumeSecrets, { volume_id: volumeOf(state).id });
  } catch (error) {
    throw leftToDo('the keys of its credentials are still there', error);
  }
};
