import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { type BackendFacts, capableBackend, fittingSize, volumeInStatus } from './checks.ts';
import {
  FailureSchema,
  ResourceId,
  restingStatus,
  Size,
  type VolumeState,
  volumeEvents,
  withVolume,
} from './volume.ts';

/** The array is about to grow the volume. */
export const VolumeExtensionRequested = volumeEvents.intent(
  'VolumeExtensionRequested',
  z.strictObject({ size: Size, previous_size: Size }),
  (state) => withVolume(state, { status: 'extending' }),
);
/** The volume has `size` GiB. */
export const VolumeExtended = volumeEvents.outcome(
  'VolumeExtended',
  z.strictObject({ size: Size, previous_size: Size }),
  (state, { data }) => withVolume(state, { status: restingStatus(state), size: data.size }),
);
/** The size stays as it was. */
export const VolumeExtensionFailed = volumeEvents.outcome(
  'VolumeExtensionFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error' }),
);

/**
 * Grows a volume to `size` GiB. The size that it has already changes nothing, unless the array has less: then it grows
 * there to what the record says.
 */
export const ExtendVolume = command('ExtendVolume', z.strictObject({ volume_id: ResourceId, size: Size }));

export interface ArraySizeFacts {
  /** Whether the array has less of the volume than the record says; not asked where that does not matter. */
  readonly isSmallerOnArray?: boolean;
}

export const decideExtendVolume = (
  state: VolumeState,
  { volume_id, size }: InputOf<typeof ExtendVolume>,
  facts: BackendFacts & ArraySizeFacts,
): Decision => {
  const volume = volumeInStatus(state, volume_id, 'extended', ['available', 'in-use']);
  if (E.isLeft(volume)) return volume;
  const { size: previous_size, status, backend_name } = volume.right;
  if (size === previous_size && !facts.isSmallerOnArray) return nothingToDo;
  if (size < previous_size) {
    return refuse(
      rejections.CannotShrink(
        `volume ${volume_id} has ${previous_size} GiB and cannot shrink to ${size} GiB`,
        `give a size above ${previous_size} GiB`,
        { volume_id, size: previous_size, asked: size },
      ),
    );
  }
  const backend = capableBackend(
    facts.backend,
    backend_name,
    'extend',
    ...(status === 'in-use' ? (['extend_online'] as const) : []),
  );
  if (E.isLeft(backend)) return backend;
  const fitting = fittingSize(backend.right, size);
  return E.isLeft(fitting) ? fitting : record(VolumeExtensionRequested.of({ size, previous_size }));
};
