import type { Connection } from '../../domain/volume/volume.ts';
import type { Logger } from '../../logging.ts';
import type { ConnectionInfo, ConnectionRequest, Connector, Volume, VolumeModelUpdate } from '../contract.ts';
import type { RootFiles } from '../root-files.ts';
import type { RunCommand } from '../run-command.ts';

/**
 * What makes a block device of this host reachable for others (Cinder's `volume/targets`), one per `target_helper`.
 *
 * Calls end as a driver's do (`DriverFailure`, else unknown), and may be repeated: what stands is kept, what is gone
 * stays gone. Names, `provider_location`, `provider_auth` and connection info are Cinder's, so that either can go on
 * with what the other exported.
 */
export interface Target {
  /** Cinder's storage_protocol: `iSCSI`, `NVMe-oF`. */
  readonly storageProtocol: string;

  /** Refuses where the host lacks what the target needs: a kernel module, configfs, a daemon. */
  setup(): Promise<void>;

  /** Refuses a host that this target could not let in, before anything is made. */
  assertFits(connector: Connector): void;

  /** Makes what is missing of the export of the device, which no host can reach before `grant`. */
  createExport(volume: Volume, devicePath: string): Promise<VolumeModelUpdate>;

  /** Takes the export away with all that was granted. */
  removeExport(volume: Volume): Promise<void>;

  /** Lets the host of the connection in, and says how it gets there (Cinder's initialize_connection). */
  grant(volume: Volume, connection: ConnectionRequest): Promise<ConnectionInfo>;

  /** Shuts the host of the connection out, unless one of the `others`, which stay, is of the same host. */
  revoke(volume: Volume, connection: Connection, others: readonly Connection[]): Promise<void>;

  /** Lets those that are connected see that the device has grown, at the latest when they look again. */
  deviceGrew(volume: Volume, devicePath: string): Promise<void>;

  /** What is exported, whoever made it, under the names that Cinder gives; exports with other names are no volumes. */
  listExports(): Promise<readonly ExportedDevice[]>;
}

export interface ExportedDevice {
  /** Its name on this host, which no other export has: the target's IQN or the subsystem's NQN. */
  readonly reference: string;
  /** `null` where nothing is behind it. */
  readonly devicePath: string | null;
  /** As the name tells it. */
  readonly volumeId: string;
  /** The initiators that are let in (IQN or host NQN). */
  readonly initiators: readonly string[];
  /** As the model update of its creation said, as far as the target still knows. */
  readonly provider_location: string | null;
}

/**
 * Cinder's options for targets, as the driver parsed them. `use_chap_auth` is not among them: as with Cinder's LIO and
 * tgt, every iSCSI export has a CHAP credential of its own, whatever it says.
 */
export interface TargetOptions {
  /** `iscsi`, `nvmet_tcp`. */
  readonly target_protocol: string;
  readonly target_prefix: string;
  readonly target_ip_address: string;
  readonly target_secondary_ip_addresses: readonly string[];
  readonly target_port: number;
  /** For tgt. With LIO it is the device that has a write cache or none. */
  readonly iscsi_write_cache: 'on' | 'off';
  readonly chap_username: string;
  /** `null` where one is to be made up for each volume. */
  readonly chap_password: { reveal(): string } | null;
  readonly nvmet_port_id: number;
  readonly nvmet_ns_id: number;
  readonly nvmeof_conn_info_version: 1 | 2;
  /** Where tgt's files are that a restart of its daemon reads. */
  readonly volumes_dir: string;
}

export interface TargetEnvironment {
  readonly run: RunCommand;
  readonly files: RootFiles;
  readonly log: Logger;
}

export type MakeTarget = (options: TargetOptions, environment: TargetEnvironment) => Target;
