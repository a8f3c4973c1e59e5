import type { KeyObject } from 'node:crypto';
import type { Checkpoint } from '../audit/note.ts';
import type { HostConnector } from '../connectors/contract.ts';
import type { AuditState } from '../domain/audit/audit.ts';
import type { Backend } from '../domain/backend/backend.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StreamKind, StreamStates } from '../domain/streams.ts';
import type { Driver, DriverDefinition } from '../drivers/contract.ts';
import type { SecretField } from '../drivers/secret-fields.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { Logger } from '../logging.ts';
import type { InventoryStore, KeptState } from '../projections/inventory.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Executors } from './executors.ts';

/** Reads that are caught up with the log's head at the time of the call. */
export interface Reader {
  kept<Kind extends StreamKind>(kind: Kind, stream: string): Promise<KeptState<Kind> | null>;
  /** The state of a stream; the initial state when it holds nothing. */
  state<Kind extends StreamKind>(kind: Kind, stream: string): Promise<StreamStates[Kind]>;
  inventory(): Promise<InventoryStore>;
}

/** The drivers of this process. */
export interface Drivers {
  /** The backend's driver with its present options, set up once. */
  of(backend: Backend): Promise<Driver>;
  /** Where the answers of the backend's driver hold credentials. */
  secretFields(backend: Backend): Promise<readonly SecretField[]>;
  /** Asks the backend's driver, for as long as a call may take: a question, so that no intent is needed. */
  ask<Answer>(backend: Backend, question: (driver: Driver) => Promise<Answer>): Promise<Answer>;
  /** What a definition makes of options, without setting anything up. */
  configure(backendName: string, driver: string, options: JsonObject): Promise<ConfiguredDriver>;
  close(): Promise<void>;
}

export interface ConfiguredDriver {
  /** As the log records it: a path is absolute, so that it means the same from any directory. */
  readonly driverName: string;
  readonly definition: DriverDefinition;
  /** Parsed and in the definition's own form, credentials as references. */
  readonly options: JsonObject;
  readonly driver: Driver;
}

/** What signs the log's checkpoints, and what is known of them outside of it. */
export interface AuditServices {
  readonly events: Pick<EventLog, 'readAll' | 'readStream'>;
  /** The key that is configured. Throws `InvalidAuditKey` without one. */
  key(): Promise<KeyObject>;
  keyIn(file: string): Promise<KeyObject>;
  /** The newest note kept outside that a log of this state does not hold. */
  unheldNote(state: () => Promise<AuditState>): Promise<KeptNote | null>;
}

/** A checkpoint's note as it is kept outside of the log. */
export interface KeptNote {
  readonly file: string;
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** What operations may use. */
export interface Services {
  readonly read: Reader;
  readonly drivers: Drivers;
  /** Who executes, on this host and others. */
  readonly executors: Executors;
  connector(protocol: string): Promise<HostConnector>;
  readonly audit: AuditServices;
  /** Seals credentials, and opens them. */
  readonly vault: Vault;
  /** Whether the keys of a volume's credentials are destroyed when it is deleted. */
  readonly shredDeleted: boolean;
  readonly log: Logger;
  /** How long a freeze or a removal waits for a backend's open intents. */
  readonly drainTimeoutMs: number;
}
