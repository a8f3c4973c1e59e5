import { describe, it } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import {
  type CopyFacts,
  decideCloneVolume,
  decideCreateVolumeFromSnapshot,
  decideCreateVolumeFromSource,
  VolumeCopied,
  VolumeCopyFailed,
  VolumeCopyRequested,
} from '../../../src/domain/volume/copy.ts';
import { VolumeCreated, VolumeCreationFailed, VolumeCreationRequested } from '../../../src/domain/volume/create.ts';
import { SnapshotDeletionRequested } from '../../../src/domain/volume/snapshot-delete.ts';
import { BACKEND, FROZEN_BACKEND, lacking, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { ACTOR, by } from '../given.ts';
import {
  BROKEN,
  connected,
  created,
  creating,
  DELETED,
  FAILURE,
  givenVolume,
  planned,
  SNAPSHOT,
  snapshotRequested,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

type Events = readonly NewEvent<string, unknown>[];
const factsOf = (events: Events, backend: Pick<CopyFacts, 'backend'> = THAWED): CopyFacts => ({
  actor: ACTOR,
  ...backend,
  source: givenVolume(...events).state,
});
const SPECS = {
  bootable: true,
  multiattach: true,
  extra_specs: { tier: 'gold' },
  qos_specs: { iops: '9' },
  pool_name: 'pool-1',
};
const SOURCE = created({ ...SPECS, availability_zone: 'az', host: 'h@lava#p', metadata: { rack: '7' } });
const INHERITED = { ...SPECS, availability_zone: 'az', host: 'h@lava#p' };
const CLONE = { id: 'copy', volume_id: VOLUME };
const RESTORE = { ...CLONE, snapshot_id: SNAPSHOT };
const requested = (change: Parameters<typeof planned>[0]) =>
  VolumeCopyRequested.of({ volume: planned({ id: 'copy', name: null, ...change }), source_volume_id: VOLUME });

describe('cloning', () => {
  it('inherits what makes the volume what it is, not its name, description or metadata', () => {
    givenVolume()
      .when(decideCloneVolume, CLONE, factsOf(SOURCE))
      .thenRecords(requested({ ...INHERITED, source_volid: VOLUME }));
  });

  it('lets the caller say otherwise, and be larger', () => {
    const said = { name: 'twin', size: 12, bootable: false, multiattach: false, metadata: { a: 'b' }, extra_specs: {} };
    givenVolume()
      .when(decideCloneVolume, { ...CLONE, ...said }, factsOf(SOURCE))
      .thenRecords(requested({ ...INHERITED, ...said, source_volid: VOLUME }));
  });

  it('copies a volume that is in use', () => {
    givenVolume()
      .when(decideCloneVolume, CLONE, factsOf([...created(), ...connected()]))
      .thenRecords(requested({ source_volid: VOLUME }));
  });

  it.each([
    ['VolumeNotFound', 'was never made', [], 'no volume', 'volume list'],
    ['VolumeNotFound', 'was deleted', [...created(), ...DELETED], 'no volume', 'volume list'],
    ['InvalidVolume', 'is being made', creating(), 'creating', 'available or in-use'],
    ['InvalidVolume', 'is in error', [...created(), ...BROKEN], 'error', 'available or in-use'],
  ] as const)('is refused (%s) when the source %s', (code, _, source, says, remedy) => {
    givenVolume().when(decideCloneVolume, CLONE, factsOf(source)).thenRefused(code, [VOLUME, says], remedy);
  });

  it('is refused when the id is taken', () => {
    givenVolume(...created({ id: 'copy' }))
      .when(decideCloneVolume, CLONE, factsOf(created()))
      .thenRefused('AlreadyExists', 'copy', 'another id');
  });

  it('is refused when it would be smaller than its source', () => {
    givenVolume()
      .when(decideCloneVolume, { ...CLONE, size: 9 }, factsOf(created()))
      .thenRefused('CannotShrink', ['9 GiB', `volume ${VOLUME}`, '10 GiB'], 'at least 10 GiB');
  });

  it.each([
    ['SizeExceedsBackend', { size: 101 }, THAWED, '101 GiB', '100 GiB'],
    ['BackendNotFound', {}, NO_SUCH_BACKEND, BACKEND, 'backend add'],
    ['BackendFrozen', {}, FROZEN_BACKEND, 'frozen', 'thaw'],
    ['UnsupportedByDriver', {}, lacking('clone'), 'clone', 'capabilities are'],
    ['UnsupportedByDriver', { multiattach: true }, lacking('multiattach'), 'multiattach', 'capabilities are'],
    ['InvalidInput', { pool_name: 'poole' }, THAWED, 'poole', 'pool-1'],
  ] as const)('is refused (%s) where the backend cannot: %j', (code, said, backend, says, remedy) => {
    givenVolume()
      .when(decideCloneVolume, { ...CLONE, ...said }, factsOf(created(), backend))
      .thenRefused(code, says, remedy);
  });
});

describe('a volume from a snapshot', () => {
  it('has at least the size of the snapshot, not of the volume', () => {
    const source = [...created({ size: 20 }), ...snapshotted(SNAPSHOT, 10)];
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, RESTORE, factsOf(source))
      .thenRecords(requested({ size: 10, snapshot_id: SNAPSHOT }));
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, { ...RESTORE, size: 15 }, factsOf(source))
      .thenRecords(requested({ size: 15, snapshot_id: SNAPSHOT }));
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, { ...RESTORE, size: 9 }, factsOf(source))
      .thenRefused('CannotShrink', `snapshot ${SNAPSHOT}`, 'at least 10 GiB');
  });

  it('may be made while its volume is in error', () => {
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, RESTORE, factsOf([...created(), ...snapshotted(), ...BROKEN]))
      .thenRecords(requested({ snapshot_id: SNAPSHOT }));
  });

  it.each([
    ['SnapshotNotFound', 'is not there', [], 'no snapshot', 'snapshot list'],
    ['InvalidSnapshot', 'is being made', [snapshotRequested()], 'creating', 'available'],
    [
      'InvalidSnapshot',
      'is being deleted',
      [...snapshotted(), SnapshotDeletionRequested.of({ snapshot_id: SNAPSHOT })],
      'deleting',
      'available',
    ],
  ] as const)('is refused (%s) when the snapshot %s', (code, _, events, says, remedy) => {
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, RESTORE, factsOf([...created(), ...events]))
      .thenRefused(code, [SNAPSHOT, says], remedy);
  });

  it('is refused where the driver has no snapshots', () => {
    givenVolume()
      .when(decideCreateVolumeFromSnapshot, RESTORE, factsOf([...created(), ...snapshotted()], lacking('snapshots')))
      .thenRefused('UnsupportedByDriver', 'snapshots', 'capabilities are');
  });
});

describe('the parent and its child', () => {
  const parent = by('parent', requested({ source_volid: VOLUME }), { command: 'CloneVolume' });
  const child = by(
    'child',
    VolumeCreationRequested.of({ volume: planned({ id: 'copy', name: null, source_volid: VOLUME }) }),
  );

  it('asks for the volume as the parent planned it', () => {
    givenVolume(parent)
      .when(decideCreateVolumeFromSource, undefined)
      .thenRecords(VolumeCreationRequested.of({ volume: planned({ id: 'copy', name: null, source_volid: VOLUME }) }));
  });

  it('has nothing to do where nothing was planned', () => {
    givenVolume().when(decideCreateVolumeFromSource, undefined).thenNothing();
  });

  it('keeps the parent open until its own outcome', () => {
    givenVolume(parent, child).thenState({ open: [{ command_id: 'parent' }, { command_id: 'child' }] });
    givenVolume(parent, child, by('child', VolumeCreated.of({}))).thenState({
      volume: { status: 'available' },
      open: [{ command_id: 'parent', operation: 'CloneVolume' }],
    });
    givenVolume(parent, child, by('child', VolumeCreated.of({})), by('parent', VolumeCopied.of({}))).thenState({
      volume: { status: 'available' },
      open: [],
    });
  });

  it('leaves a failed copy in error', () => {
    givenVolume(
      parent,
      child,
      by('child', VolumeCreationFailed.of({ failure: FAILURE })),
      by('parent', VolumeCopyFailed.of({ failure: FAILURE })),
    ).thenState({ volume: { status: 'error' }, open: [] });
  });
});
