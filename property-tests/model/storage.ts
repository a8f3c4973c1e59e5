import type { RejectionCode } from '../../src/index.ts';

/** What a user of cinderlib would draw on a whiteboard. No events, no revisions, no ids of commands. */
export interface Storage {
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
  /** What is copied from it: the whole volume (`null`) or a snapshot. */
  readonly pins: (string | null)[];
  questions: number;
}

export interface Connection {
  readonly host: string;
  status: string;
  device: string | null;
  /** Whether the host was ever told how to reach the volume. */
  told: boolean;
}

export const emptyStorage = (): Storage => ({ backend: 'thawed', volumes: {}, asked: [], keyValues: {} });

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

/** A volume in error stays so when a host goes. */
export const withoutConnection = (of: Volume, id: string): void => {
  delete of.connections[id];
  if (of.status === 'in-use') of.status = resting(of);
};

export const isAttached = ({ connections }: Volume): boolean =>
  Object.values(connections).some(({ device }) => device !== null);
