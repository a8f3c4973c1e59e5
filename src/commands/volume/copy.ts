import type { DataOf } from '../../domain/aggregate.ts';
import {
  CloneVolume,
  CreateVolumeFromSnapshot,
  CreateVolumeFromSource,
  decideCloneVolume,
  decideCreateVolumeFromSnapshot,
  decideCreateVolumeFromSource,
  VolumeCopied,
  VolumeCopyFailed,
  VolumeCopyRequested,
} from '../../domain/volume/copy.ts';
import { VolumeCreated, VolumeCreationFailed, VolumeCreationRequested } from '../../domain/volume/create.ts';
import { modelUpdated } from '../../domain/volume/model-update.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { VolumeModelUpdate } from '../../drivers/contract.ts';
import { isUnknown, leftToDo } from '../ending.ts';
import { assertOpens } from '../key-check.ts';
import { type Effect, type FactsContext, operation, type Work } from '../operation.ts';
import { backendOf } from './facts.ts';
import { capability, findVolume, snapshotCapability, snapshotOf, unmakeVolume, volumeOf } from './find.ts';
import { pinSource, unpinSource } from './pin.ts';

/** The child that makes the copy, of what its parent pinned. */
export const createVolumeFromSource = operation({
  command: CreateVolumeFromSource,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decideCreateVolumeFromSource,
  effect: {
    intent: VolumeCreationRequested,
    backend: 'must be thawed',
    perform: async (work): Promise<VolumeModelUpdate | undefined> => {
      const volume = volumeOf(work.state);
      const { read } = work.services;
      if (volume.source_volid !== null) {
        const source = await read.state('volume', volumeStream(volume.source_volid));
        return (await capability(work.driver, 'clone')).cloneVolume(volume, volumeOf(source));
      }
      const { stream, snapshot_id } = await snapshotSource(work);
      const source = await read.state('volume', stream);
      const snapshots = await snapshotCapability(work.driver);
      return snapshots.createVolumeFromSnapshot(volume, snapshotOf(source, snapshot_id), volumeOf(source));
    },
    succeeded: ({ volume }, update) => [...modelUpdated('volume', volume.id, update), VolumeCreated.of({})],
    failed: (_, failure) => VolumeCreationFailed.of({ failure }),
    reconcile: findVolume,
    undo: unmakeVolume,
  },
});

/** The snapshot that a volume is made from, and the stream of the volume that it is of. */
const snapshotSource = async ({ state, services }: Work<'volume', unknown>) => {
  const { snapshot_id } = volumeOf(state);
  const known = snapshot_id === null ? null : (await services.read.inventory()).resource(snapshot_id);
  if (snapshot_id === null || known === null) throw new TypeError('the volume has no source');
  return { stream: known.stream, snapshot_id };
};

/** Pin, create, unpin. While it is unknown whether the copy was made, the source stays pinned. */
const copyEffect: Effect<'volume', DataOf<typeof VolumeCopyRequested>, void> = {
  intent: VolumeCopyRequested,
  backend: 'not touched',
  perform: async ({ intent, child }) => {
    const { volume, source_volume_id } = intent.data;
    const pin_id = intent.meta.commandId;
    await child('pin', pinSource, {
      pin_id,
      volume_id: source_volume_id,
      snapshot_id: volume.snapshot_id,
      for_volume_id: volume.id,
    });
    const unpin = async () => {
      try {
        await child('unpin', unpinSource, { pin_id, volume_id: source_volume_id });
      } catch (error) {
        throw leftToDo('its source is still pinned', error);
      }
    };
    try {
      await child('create', createVolumeFromSource, { volume_id: volume.id });
    } catch (error) {
      if (!isUnknown(error)) await unpin();
      throw error;
    }
    await unpin();
  },
  succeeded: () => [VolumeCopied.of({})],
  failed: (_, failure) => VolumeCopyFailed.of({ failure }),
  reconcile: 'resume children',
};

const sourceFacts = async ({ volume_id }: { readonly volume_id: string }, context: FactsContext<'volume'>) => {
  const source = context.inventory.state('volume', volumeStream(volume_id));
  await assertOpens(source, context.services);
  return { source, ...(await backendOf(null, { ...context, state: source })) };
};

export const cloneVolume = operation({
  command: CloneVolume,
  kind: 'volume',
  creates: true,
  stream: ({ id }) => volumeStream(id),
  facts: sourceFacts,
  decide: decideCloneVolume,
  effect: copyEffect,
});

export const createVolumeFromSnapshot = operation({
  command: CreateVolumeFromSnapshot,
  kind: 'volume',
  creates: true,
  stream: ({ id }) => volumeStream(id),
  facts: sourceFacts,
  decide: decideCreateVolumeFromSnapshot,
  effect: copyEffect,
});
