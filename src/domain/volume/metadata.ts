import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { Text } from '../json.ts';
import { liveVolume } from './checks.ts';
import { ResourceId, StringMap, type VolumeState, volumeEvents, withVolume } from './volume.ts';

/** Holds the whole metadata as it is from now on. */
export const VolumeMetadataChanged = volumeEvents.fact(
  'VolumeMetadataChanged',
  z.strictObject({ metadata: StringMap }),
  (state, { data }) => withVolume(state, { metadata: data.metadata }),
);

/** Sets the keys given; `null` takes a key away, the others stay. */
export const SetVolumeMetadata = command(
  'SetVolumeMetadata',
  z.strictObject({
    volume_id: ResourceId,
    metadata: z.record(Text.min(1).max(255), Text.max(255).nullable()),
  }),
);

export const decideSetVolumeMetadata = (state: VolumeState, input: InputOf<typeof SetVolumeMetadata>): Decision => {
  const volume = liveVolume(state, input.volume_id);
  if (E.isLeft(volume)) return volume;
  const before = volume.right.metadata;
  const valueBefore = (key: string): string | null => (Object.hasOwn(before, key) ? (before[key] ?? null) : null);
  const changed = Object.entries(input.metadata).some(([key, value]) => valueBefore(key) !== value);
  if (!changed) return nothingToDo;
  const metadata = Object.fromEntries(
    Object.entries({ ...before, ...input.metadata }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return record(VolumeMetadataChanged.of({ metadata }));
};
