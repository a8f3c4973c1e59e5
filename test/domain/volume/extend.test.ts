import { describe, it } from 'vitest';
import {
  decideExtendVolume,
  VolumeExtended,
  VolumeExtensionFailed,
  VolumeExtensionRequested,
} from '../../../src/domain/volume/extend.ts';
import { FROZEN_BACKEND, lacking, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import {
  BROKEN,
  connected,
  created,
  creating,
  DELETED,
  FAILURE,
  givenVolume,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const EXTEND = { volume_id: VOLUME, size: 20 };
const SIZES = { size: 20, previous_size: 10 };
const REQUESTED = VolumeExtensionRequested.of(SIZES);
const IN_USE = [...created(), ...connected()];

describe('extending', () => {
  it.each([
    ['available', created()],
    ['in-use', IN_USE],
  ])('begins while the volume is %s, and returns to it', (status, events) => {
    givenVolume(...events, ...snapshotted())
      .when(decideExtendVolume, EXTEND, THAWED)
      .thenRecords(REQUESTED);
    givenVolume(...events, REQUESTED).thenState({ volume: { status: 'extending', size: 10 } });
    givenVolume(...events, REQUESTED, VolumeExtended.of(SIZES)).thenState({ volume: { status, size: 20 }, open: [] });
  });

  it('leaves a failed one in error with the old size', () => {
    givenVolume(...created(), REQUESTED, VolumeExtensionFailed.of({ failure: FAILURE })).thenState({
      volume: { status: 'error', size: 10 },
      open: [],
    });
  });

  it('has nothing to do when the volume has that size', () => {
    givenVolume(...created())
      .when(decideExtendVolume, { ...EXTEND, size: 10 }, NO_SUCH_BACKEND)
      .thenNothing();
  });

  it('begins all the same where the array has less than that', () => {
    givenVolume(...created())
      .when(decideExtendVolume, { ...EXTEND, size: 10 }, { ...THAWED, isSmallerOnArray: true })
      .thenRecords(VolumeExtensionRequested.of({ size: 10, previous_size: 10 }));
  });

  it('does not need the online capability while nobody is connected', () => {
    givenVolume(...created())
      .when(decideExtendVolume, EXTEND, lacking('extend_online'))
      .thenRecords(REQUESTED);
  });
});

describe('extending is refused', () => {
  it('to a smaller size', () => {
    givenVolume(...created())
      .when(decideExtendVolume, { ...EXTEND, size: 9 }, THAWED)
      .thenRefused('CannotShrink', [VOLUME, '10 GiB', '9 GiB'], 'above 10 GiB');
  });

  it.each([
    ['VolumeNotFound', [], THAWED, VOLUME],
    ['VolumeNotFound', [...created(), ...DELETED], THAWED, VOLUME],
    ['InvalidVolume', creating(), THAWED, 'creating'],
    ['InvalidVolume', [...created(), ...BROKEN], THAWED, 'error'],
    ['BackendNotFound', created(), NO_SUCH_BACKEND, 'lava'],
    ['BackendFrozen', created(), FROZEN_BACKEND, 'frozen'],
    ['UnsupportedByDriver', created(), lacking('extend'), '"extend"'],
    ['UnsupportedByDriver', IN_USE, lacking('extend_online'), '"extend_online"'],
  ] as const)('(%s)', (code, events, backend, says) => {
    givenVolume(...events)
      .when(decideExtendVolume, EXTEND, backend)
      .thenRefused(code, says, '');
  });

  it('beyond what the backend can hold', () => {
    givenVolume(...created())
      .when(decideExtendVolume, { ...EXTEND, size: 101 }, THAWED)
      .thenRefused('SizeExceedsBackend', '101 GiB', '100 GiB');
  });
});
