import { hostname } from 'node:os';
import type { RejectionCode } from '../../domain/errors.ts';

/** What a user of cinderlib would draw on a whiteboard. No events, no revisions, no ids of commands. */
export interface Storage {
  readonly limits: Limits;
  backend: 'thawed' | 'freezing' | 'frozen' | 'thawing';
  readonly volumes: Record<string, Volume>;
  /** Snapshots and connections that were ever asked for: their ids stay taken. */
  readonly asked: string[];
  readonly keyValues: Record<string, string>;
}

export interface Volume {
  status: string;
  size: number;
  name: string | null;
  metadata: Record<string, string>;
  multiattach: boolean;
  /** Whether the array has it. */
  made: boolean;
  /** What a host wrote last. */
  bytes: number;
  /** Oldest first. */
  readonly snapshots: Record<string, { status: string; readonly size: number; made: boolean; readonly bytes: number }>;
  readonly connections: Record<string, Connection>;
  /** By the copy that is made: of the whole volume (`null`) or of a snapshot. */
  readonly pins: Record<string, string | null>;
  /** What is not known, oldest first. */
  questions: Question[];
}

interface Question {
  readonly operation: string;
  /** The snapshot or connection that it is about; `null`: the volume. */
  readonly about: string | null;
}

export interface Connection {
  readonly host: string;
  status: string;
  device: string | null;
  /** Whether the host was ever told how to reach the volume. */
  told: boolean;
}

/** What the model must know of the backend and the host. */
export interface Limits {
  /** From this size on, in GiB, the backend cannot hold a volume. */
  readonly tooLargeGiB: number;
  /** The name of this host. */
  readonly here: string;
  /** Whether a volume that a host is connected to may grow. */
  readonly extendsOnline: boolean;
}

/** A backend with no volumes. */
export const emptyStorage = (limits: Partial<Limits> = {}): Storage => ({
  limits: { tooLargeGiB: Number.POSITIVE_INFINITY, here: hostname(), extendsOnline: true, ...limits },
  backend: 'thawed',
  volumes: {},
  asked: [],
  keyValues: {},
});

/** Why a command is refused: every rule that it breaks. The engine names one of them. */
export type Refusals = readonly RejectionCode[];

export const live = ({ volumes }: Storage, id: string): Volume | null => {
  const volume = volumes[id];
  return volume === undefined || volume.status === 'deleted' ? null : volume;
};

export const volume = (storage: Storage, id: string): Volume => {
  const found = storage.volumes[id];
  if (found === undefined) throw new Error(`the model has no volume ${id}`);
  return found;
};

export const when = (holds: boolean, code: RejectionCode): Refusals => (holds ? [code] : []);

export const isUsable = ({ status }: Volume): boolean => status === 'available' || status === 'in-use';

export const resting = ({ connections }: Volume): string =>
  Object.keys(connections).length > 0 ? 'in-use' : 'available';

/** With a snapshot or a connection goes what was asked about it. */
export const withoutQuestions = (of: Volume, about: string): void => {
  of.questions = of.questions.filter((question) => question.about !== about);
};

/** A volume in error stays so when a host goes. */
export const withoutConnection = (of: Volume, id: string): void => {
  delete of.connections[id];
  withoutQuestions(of, id);
  if (of.status === 'in-use') of.status = resting(of);
};

export const isAttached = ({ connections }: Volume): boolean =>
  Object.values(connections).some(({ device }) => device !== null);

const IN_ERROR: Readonly<Record<string, string>> = {
  creating: 'error',
  extending: 'error',
  reverting: 'error',
  deleting: 'error',
  connecting: 'error_attaching',
  attaching: 'error_attaching',
  detaching: 'error_detaching',
  disconnecting: 'error_disconnecting',
};

/** Nobody knows whether it happened: what was under way is in error, and the question stays. */
export const leaveQuestion = (of: Volume, question: Question): void => {
  for (const part of [of, ...Object.values(of.snapshots), ...Object.values(of.connections)]) {
    part.status = IN_ERROR[part.status] ?? part.status;
  }
  if (of.status === 'available') of.status = resting(of);
  of.questions.push(question);
};
