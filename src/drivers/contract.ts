import type { z } from 'zod';
import type { BackendStats, Capability } from '../domain/backend/backend.ts';
import type { ArrayResource } from '../domain/backend/resource.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Connection, Snapshot, Volume as VolumeRecord } from '../domain/volume/volume.ts';
import type { Logger } from '../logging.ts';
import type { Onlooker } from '../progress.ts';
import type { RunCommand } from './run-command.ts';
import type { SecretField } from './secret-fields.ts';

/** A volume as drivers get it: what the record holds sealed is in the open, and `null` once it was shredded. */
export type Volume = Omit<VolumeRecord, 'provider_auth'> & { readonly provider_auth: string | null };

/**
 * What a storage driver is to Scoria. Drivers get read-only plain data and return model updates; they hold no database
 * and write no events. Sizes of volumes are GiB, as in Cinder; what a driver measures is bytes.
 *
 * How a call ends:
 * - it returns: the effect is done and durable;
 * - it throws `DriverFailure`: the effect did not happen and nothing of it is left behind;
 * - it throws anything else: unknown. The runner then asks `findVolume` or `findSnapshot`, or makes the call again.
 *
 * Every call may be repeated with the same arguments: deleting what is gone, creating what is complete and exporting
 * what is exported succeed.
 */
export interface Driver {
  /** Brings the backend into use (Cinder's do_setup and check_for_setup_error). Called once per process. */
  setup(): Promise<void>;
  stats(): Promise<BackendStats>;
  createVolume(volume: Volume): Promise<VolumeModelUpdate | undefined>;
  deleteVolume(volume: Volume): Promise<void>;
  /** What the array knows of the volume: `null` when it is not there, never a half-made one. */
  findVolume(volume: Volume): Promise<FoundVolume | null>;

  /**
   * Makes the volume reachable (Cinder's create_export), or what is missing of that: after a reboot, hosts that are
   * connected come back by the connection info that they have, so that an export made again is what it was.
   */
  createExport(volume: Volume, connector: Connector): Promise<VolumeModelUpdate | undefined>;
  removeExport(volume: Volume): Promise<void>;
  initializeConnection(volume: Volume, connection: ConnectionRequest): Promise<ConnectionInfo>;
  /** Shuts a host out. `others` are the connections of the volume that stay, some perhaps of the same host. */
  terminateConnection(volume: Volume, connection: Connection, options: TerminateOptions): Promise<void>;

  readonly extend?: ExtendCapability;
  readonly clone?: CloneCapability;
  readonly snapshots?: SnapshotCapability;
  readonly revert?: RevertCapability;
  readonly freeze?: FreezeCapability;
  readonly resources?: ResourcesCapability;
  readonly manage?: ManageCapability;
  /** Whether two hosts may be connected to one volume. */
  readonly multiattach?: true;

  close?(): Promise<void>;
}

export interface ExtendCapability {
  /** Whether a connected volume may grow. */
  readonly online: boolean;
  /**
   * Grows the volume to `sizeGiB`, which is larger than what the array has; one that is as large succeeds. `connections`
   * are those of the volume, whose hosts must see it grown; what is sealed in them stays sealed.
   */
  extendVolume(volume: Volume, sizeGiB: number, connections: readonly Connection[]): Promise<void>;
}

export interface CloneCapability {
  /** Makes `volume`, whose size may be larger than that of `source`, with the bytes of `source`. */
  cloneVolume(volume: Volume, source: Volume): Promise<VolumeModelUpdate | undefined>;
}

export interface SnapshotCapability {
  createSnapshot(snapshot: Snapshot, volume: Volume): Promise<SnapshotModelUpdate | undefined>;
  deleteSnapshot(snapshot: Snapshot, volume: Volume): Promise<void>;
  /** Makes `volume`, whose size may be larger than the snapshot's, with the bytes of `snapshot`. */
  createVolumeFromSnapshot(volume: Volume, snapshot: Snapshot, source: Volume): Promise<VolumeModelUpdate | undefined>;
  /** `null` when it is not there, never a half-made one. */
  findSnapshot(snapshot: Snapshot, volume: Volume): Promise<FoundVolume | null>;
}

export interface RevertCapability {
  /** Gives `volume` the bytes it had when `snapshot` was taken; its size stays. May be repeated. */
  revertToSnapshot(volume: Volume, snapshot: Snapshot): Promise<void>;
}

export interface FreezeCapability {
  freezeBackend(): Promise<void>;
  thawBackend(): Promise<void>;
}

/**
 * What the array has of the backend, whoever made it: what `backend reconcile` compares with the record. References are
 * names on the array, and may have any form that tells resources apart.
 */
export interface ResourcesCapability {
  /** Whether all exports and connections are listed too. Otherwise those that are not say nothing. */
  readonly connections: boolean;
  /** All there is, each once, in any order. What is half made is a `leftover`, never a volume or a snapshot. */
  listResources(): Promise<AsyncIterable<ArrayResource> | Iterable<ArrayResource>>;
  /** One of them, as `listResources` would say now; `null` when it is not there. */
  findResource(reference: string): Promise<ArrayResource | null>;
  /** Deletes one that is not of the record. Refuses what is in use. */
  deleteResource(reference: string): Promise<void>;
}

export interface ManageCapability {
  /**
   * Makes the volume that the array has under `reference` this one, bytes and all (Cinder's manage_existing): renamed
   * to where `findVolume` finds it, or found by what the model update says. Its size is `volume.size` from then on, for
   * which it grows where it was no whole number of GiB.
   */
  manageExisting(volume: Volume, reference: string): Promise<VolumeModelUpdate | undefined>;
}

/** What the array has: its size in bytes and the model update that its creation would have returned. */
export interface FoundVolume {
  readonly sizeBytes: bigint;
  readonly modelUpdate?: VolumeModelUpdate;
}

/**
 * Cinder's model update of a volume. Other keys are refused. `provider_auth` is sealed before it is recorded, and given
 * back in the open in `volume.provider_auth`.
 */
export interface VolumeModelUpdate {
  readonly provider_location?: string | null;
  readonly provider_id?: string | null;
  readonly provider_auth?: string | null;
  readonly replication_status?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
}

export type SnapshotModelUpdate = Pick<VolumeModelUpdate, 'provider_location' | 'provider_id' | 'metadata'>;

/** A host's connector properties, in os-brick's shape: `host`, `ip`, `initiator`, `multipath`, ... */
export type Connector = JsonObject;

export interface TerminateOptions {
  readonly force: boolean;
  readonly others: readonly Connection[];
}

export interface ConnectionRequest {
  readonly id: string;
  readonly connector: Connector;
  readonly attach_mode: 'rw' | 'ro';
}

/**
 * What a host needs to reach the volume, in Cinder's shape. The record is kept for ever: a credential in it is sealed
 * where the driver's `secrets`, or Cinder's names, say so, and refused where it only looks like one.
 */
export interface ConnectionInfo {
  readonly driver_volume_type: string;
  readonly data: JsonObject;
}

/** Known to every copy of Scoria: a driver may have imported another one than that which runs it. */
const FAILURE = Symbol.for('scoria.driver-failure');

/** The effect did not happen and left nothing behind. `remedy` says what would be right. */
export class DriverFailure extends Error {
  override readonly name = 'DriverFailure';
  /** What would be right. */
  readonly remedy: string;

  get [FAILURE](): true {
    return true;
  }

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Not `instanceof`: see `FAILURE`. */
export const isDriverFailure = (error: unknown): error is DriverFailure =>
  typeof error === 'object' && error !== null && FAILURE in error;

/** What a driver may use of the process it runs in. */
export interface DriverEnvironment {
  readonly backendName: string;
  /** A program that is still at work when the call that started it is given up is ended. */
  readonly run: RunCommand;
  /** What runs a program as root, for whoever starts programs through something else than `run`. */
  readonly rootHelper?: string;
  readonly log: Logger;
  /**
   * The signal of the call that runs now: ask for it in each call. Aborted when the caller wants no more of it, and when
   * it took too long. A long call then ends early, by a `DriverFailure` when nothing of it is left; a short one comes to
   * its end. Whoever takes seconds for that is given up.
   */
  readonly signal: () => AbortSignal;
  /** Hears how far a long call is. */
  readonly onProgress?: Onlooker['onProgress'];
}

/**
 * A driver as the registry knows it. The file of a driver exports one as `default`, so that
 * `--driver ./path/to/driver.ts` finds it.
 */
export interface DriverDefinition<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  /** Cinder's option names. Describe each option; mark credentials with `secret()`. */
  readonly options: Options;
  /** The connector properties that the driver needs in order to connect a host. */
  readonly connector: z.ZodType<Connector>;
  /**
   * Where its answers hold credentials, besides Cinder's names (`provider_auth`, `auth_password`, ...), which are known:
   * `connection_info.data.targets.*.password`. They are sealed before anything is recorded.
   */
  readonly secrets?: readonly SecretField[];
  create(options: z.output<Options>, environment: DriverEnvironment): Driver;
}

/** Declares a driver; the compiler then checks `create` against the options. */
export const defineDriver = <Options extends z.ZodObject>(
  definition: DriverDefinition<Options>,
): DriverDefinition<Options> => definition;

/** The capabilities that a backend's registration records, so that a command can be refused without a driver. */
export const capabilitiesOf = (driver: Driver): readonly Capability[] =>
  (
    [
      ['clone', driver.clone],
      ['extend', driver.extend],
      ['extend_online', driver.extend?.online],
      ['freeze', driver.freeze],
      ['manage', driver.manage],
      ['multiattach', driver.multiattach],
      ['resources', driver.resources],
      ['revert', driver.revert],
      ['snapshots', driver.snapshots],
    ] as const
  ).flatMap(([capability, present]) => (present ? [capability] : []));
