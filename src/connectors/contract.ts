import type { ConnectionInfo, Connector } from '../drivers/contract.ts';

/** A device on this host, in os-brick's shape. */
export interface Device {
  readonly type: 'block' | 'file';
  readonly path: string;
  /** What SCSI knows it by, as udev writes it: `3600140...`. */
  readonly scsi_wwn?: string;
  /** The identity of the multipath map that `path` leads to. */
  readonly multipath_id?: string;
}

export interface AttachOptions {
  readonly attach_mode: 'rw' | 'ro';
  /** The connector properties that the connection was made with: whether several paths are wanted. */
  readonly connector?: Connector;
}

/**
 * The host side of a connection, one per protocol (`ConnectionInfo.driver_volume_type`), after os-brick.
 *
 * Calls end as a driver's do: `ConnectorFailure` means that nothing was changed on this host, anything else is unknown.
 */
export interface HostConnector {
  readonly protocol: string;
  /** Returns when the device is there. Attaching what is attached returns the device that stands. */
  connectVolume(info: ConnectionInfo, options: AttachOptions): Promise<Device>;
  /** Flushes and removes the device. Detaching what is not attached succeeds. */
  disconnectVolume(info: ConnectionInfo, device: Device | null, options: { readonly force: boolean }): Promise<void>;
  /** The device of this connection on this host, or `null`. */
  findDevice(info: ConnectionInfo): Promise<Device | null>;
  /** Makes the host see the volume's present size, and returns it in bytes. */
  extendVolume(info: ConnectionInfo, device: Device): Promise<bigint>;
}

export class ConnectorFailure extends Error {
  override readonly name = 'ConnectorFailure';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
