import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { snapshotOf, volumeInStatus, volumeNotFound } from './checks.ts';
import { PinSchema, ResourceId, type VolumeState, volumeEvents, without } from './volume.ts';

const PinId = Text;

/** From here until `SourceUnpinned` the volume (or only the one snapshot) cannot be deleted. */
export const SourcePinned = volumeEvents.fact(
  'SourcePinned',
  z.strictObject({ pin_id: PinId, pin: PinSchema }),
  (state, { data }) => ({ ...state, pins: { ...state.pins, [data.pin_id]: data.pin } }),
);
/** The copy has ended, one way or the other. */
export const SourceUnpinned = volumeEvents.fact(
  'SourceUnpinned',
  z.strictObject({ pin_id: PinId }),
  (state, { data }) => ({
    ...state,
    pins: without(state.pins, data.pin_id),
  }),
);

/** `volume_id` is pinned for the sake of `for_volume_id`, which gets its bytes. `pin_id` is the copy's command id. */
export const PinSource = command(
  'PinSource',
  z.strictObject({
    pin_id: PinId,
    volume_id: ResourceId,
    snapshot_id: ResourceId.nullable(),
    for_volume_id: ResourceId,
  }),
);
/** Ends a pin. */
export const UnpinSource = command('UnpinSource', z.strictObject({ pin_id: PinId, volume_id: ResourceId }));

export const decidePinSource = (state: VolumeState, input: InputOf<typeof PinSource>): Decision => {
  const { pin_id, volume_id, snapshot_id, for_volume_id } = input;
  const volume = volumeInStatus(state, volume_id, 'copied', ['available', 'in-use']);
  if (E.isLeft(volume) && (snapshot_id === null || state.volume === null)) return volume;
  if (snapshot_id !== null) {
    const snapshot = snapshotOf(state, snapshot_id);
    if (E.isLeft(snapshot)) return snapshot;
    if (snapshot.right.status !== 'available') {
      return refuse(
        rejections.InvalidSnapshot(
          `snapshot ${snapshot_id} is ${snapshot.right.status}, so it cannot be copied`,
          'it must be available',
          { snapshot_id, status: snapshot.right.status },
        ),
      );
    }
  }
  if (state.pins[pin_id] !== undefined) return nothingToDo;
  return record(SourcePinned.of({ pin_id, pin: { volume_id: for_volume_id, snapshot_id } }));
};

export const decideUnpinSource = (state: VolumeState, input: InputOf<typeof UnpinSource>): Decision => {
  if (state.volume === null) return refuse(volumeNotFound(input.volume_id));
  return state.pins[input.pin_id] === undefined ? nothingToDo : record(SourceUnpinned.of({ pin_id: input.pin_id }));
};
