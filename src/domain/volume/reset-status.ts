import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { type BackendFacts, liveVolume, reachableBackend } from './checks.ts';
import {
  FailureSchema,
  isAboutVolume,
  ResourceId,
  type VolumeState,
  VolumeStatusSchema,
  volumeEvents,
  withVolume,
} from './volume.ts';

const SettableStatus = z.enum(['available', 'in-use', 'error']);
const Reset = z.strictObject({ status: SettableStatus, previous_status: VolumeStatusSchema });

/** Somebody says what the status is. Nothing is asked of the array from here on. */
export const VolumeStatusResetRequested = volumeEvents.intent('VolumeStatusResetRequested', Reset);
/** The volume has that status. With any but `error`, nobody asks the questions about the volume any more. */
export const VolumeStatusReset = volumeEvents.outcome('VolumeStatusReset', Reset, (state, { data }) => ({
  ...withVolume(state, { status: data.status }),
  questions:
    data.status === 'error' ? state.questions : state.questions.filter((question) => !isAboutVolume(state, question)),
}));
/** The status is as it was. */
export const VolumeStatusResetFailed = volumeEvents.outcome(
  'VolumeStatusResetFailed',
  z.strictObject({ failure: FailureSchema }),
);

/**
 * Says which status a volume has, where an operation left it in another (Cinder's os-reset_status). `available` and
 * `in-use` must agree with its connections, and with an array that has the volume. Needs a reason.
 */
export const ResetVolumeStatus = command(
  'ResetVolumeStatus',
  z.strictObject({ volume_id: ResourceId, status: SettableStatus }),
);

export interface OnArrayFacts {
  /** Whether the array has it; not asked where that does not matter. */
  readonly onArray: boolean;
}

export const notOnArray = (what: string, remedy: string): Rejection =>
  rejections.NotOnArray(`the array has no ${what}`, remedy, { resource: what });

const atOddsWith = (state: VolumeState, { volume_id, status }: InputOf<typeof ResetVolumeStatus>): Rejection | null => {
  const connections = Object.keys(state.connections);
  if (status === 'available' && connections.length > 0) {
    return rejections.VolumeConnected(
      `volume ${volume_id} has ${connections.length} connection(s), so it is not available`,
      'reset it to in-use, or delete its connections first, by force where the host is gone',
      { volume_id, connections },
    );
  }
  if (status !== 'in-use' || connections.length > 0) return null;
  return rejections.InvalidVolume(
    `volume ${volume_id} has no connections, so it is not in use`,
    'reset it to available',
    { volume_id },
  );
};

export const decideResetVolumeStatus = (
  state: VolumeState,
  input: InputOf<typeof ResetVolumeStatus>,
  facts: BackendFacts & OnArrayFacts,
): Decision => {
  const { volume_id, status } = input;
  const volume = liveVolume(state, volume_id);
  if (E.isLeft(volume)) return volume;
  const { status: previous_status, backend_name } = volume.right;
  const isAsked = status !== 'error' && state.questions.some((question) => isAboutVolume(state, question));
  if (status === previous_status && !isAsked) return nothingToDo;
  const contradiction = atOddsWith(state, input);
  if (contradiction !== null) return refuse(contradiction);
  if (status !== 'error') {
    const backend = reachableBackend(facts.backend, backend_name);
    if (E.isLeft(backend)) return backend;
    if (!facts.onArray) {
      return refuse(notOnArray(`volume ${volume_id}`, `\`scoria volume forget ${volume_id}\` ends its record`));
    }
  }
  return record(VolumeStatusResetRequested.of({ status, previous_status }));
};
