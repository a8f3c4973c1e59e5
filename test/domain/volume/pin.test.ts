import { describe, it } from 'vitest';
import { decidePinSource, decideUnpinSource, SourcePinned, SourceUnpinned } from '../../../src/domain/volume/pin.ts';
import { SnapshotDeletionRequested } from '../../../src/domain/volume/snapshot-delete.ts';
import {
  BROKEN,
  connected,
  created,
  creating,
  DELETED,
  givenVolume,
  pinnedFor,
  SNAPSHOT,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const PIN = { pin_id: 'pin-copy', volume_id: VOLUME, snapshot_id: null, for_volume_id: 'copy' };
const UNPIN = { pin_id: 'pin-copy', volume_id: VOLUME };
const PINNED = SourcePinned.of({ pin_id: 'pin-copy', pin: { volume_id: 'copy', snapshot_id: null } });

describe('pinning', () => {
  it.each([
    ['available', created()],
    ['in use', [...created(), ...connected()]],
  ])('holds a volume that is %s', (_, events) => {
    givenVolume(...events)
      .when(decidePinSource, PIN)
      .thenRecords(PINNED);
    givenVolume(...events, PINNED).thenState({
      pins: { 'pin-copy': { volume_id: 'copy', snapshot_id: null } },
      open: [],
    });
  });

  it('holds one snapshot, also of a volume in error', () => {
    givenVolume(...created(), ...snapshotted(), ...BROKEN)
      .when(decidePinSource, { ...PIN, snapshot_id: SNAPSHOT })
      .thenRecords(SourcePinned.of({ pin_id: 'pin-copy', pin: { volume_id: 'copy', snapshot_id: SNAPSHOT } }));
  });

  it('has nothing to do twice', () => {
    givenVolume(...created(), PINNED)
      .when(decidePinSource, PIN)
      .thenNothing();
  });

  it.each([
    ['VolumeNotFound', PIN, [], VOLUME],
    ['VolumeNotFound', { ...PIN, snapshot_id: SNAPSHOT }, [], VOLUME],
    ['VolumeNotFound', PIN, [...created(), ...DELETED], VOLUME],
    ['InvalidVolume', PIN, creating(), 'creating'],
    ['SnapshotNotFound', { ...PIN, snapshot_id: SNAPSHOT }, created(), SNAPSHOT],
    [
      'InvalidSnapshot',
      { ...PIN, snapshot_id: SNAPSHOT },
      [...created(), ...snapshotted(), SnapshotDeletionRequested.of({ snapshot_id: SNAPSHOT })],
      'deleting',
    ],
  ] as const)('is refused (%s)', (code, input, events, says) => {
    givenVolume(...events)
      .when(decidePinSource, input)
      .thenRefused(code, says, '');
  });
});

describe('unpinning', () => {
  it('lets go of that pin only', () => {
    const pins = [...created(), PINNED, pinnedFor('other')];
    givenVolume(...pins)
      .when(decideUnpinSource, UNPIN)
      .thenRecords(SourceUnpinned.of({ pin_id: 'pin-copy' }));
    givenVolume(...pins, SourceUnpinned.of({ pin_id: 'pin-copy' })).thenState({
      pins: { 'pin-other': { volume_id: 'other' } },
    });
  });

  it('has nothing to do where nothing is pinned', () => {
    givenVolume(...created())
      .when(decideUnpinSource, UNPIN)
      .thenNothing();
  });

  it('is refused where there is no volume', () => {
    givenVolume().when(decideUnpinSource, UNPIN).thenRefused('VolumeNotFound', VOLUME, 'volume list');
  });
});
