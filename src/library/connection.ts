import { hostname } from 'node:os';
import type { CommandContext } from '../commands/given.ts';
import { ScoriaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { connectionNotFound } from '../domain/volume/checks.ts';
import type { Connection as ConnectionRecord, VolumeState } from '../domain/volume/volume.ts';
import type { ConnectionInfo, Connector } from '../drivers/contract.ts';
import type { Resources } from './resources.ts';

/** A volume's connection to a host, as this object last saw it. */
export class Connection {
  readonly #resources: Resources;
  #record: ConnectionRecord;
  /** Connection info in the open, for whoever connected or attached, and what of the record it is. */
  #opened: { readonly info: ConnectionInfo | null; readonly of: string } | null = null;

  constructor(resources: Resources, record: ConnectionRecord) {
    this.#resources = resources;
    this.#record = record;
  }

  /** The connection as whoever connected the host gets it: with the credentials that it was given. */
  static async opened(resources: Resources, record: ConnectionRecord): Promise<Connection> {
    return new Connection(resources, record).#open();
  }

  async #open(): Promise<this> {
    const { connection_info } = this.#record;
    const info = await this.#resources.opened(this.volume_id, connection_info);
    this.#opened = { info, of: JSON.stringify(connection_info) };
    return this;
  }

  /** All its fields as last seen. */
  get record(): ConnectionRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  get volume_id(): string {
    return this.#record.volume_id;
  }

  get status(): ConnectionRecord['status'] {
    return this.#record.status;
  }

  /** The connector properties of the host. */
  get connector_info(): Connector {
    return this.#record.connector;
  }

  /**
   * What the host needs to reach the volume. Credentials in it are sealed, unless this object connected or attached:
   * `showSecrets` opens them.
   */
  get conn_info(): ConnectionInfo | null {
    const { connection_info } = this.#record;
    return this.#opened?.of === JSON.stringify(connection_info) ? this.#opened.info : connection_info;
  }

  /** The protocol (`driver_volume_type`); `null` until the host is connected. */
  get protocol(): string | null {
    return this.#record.connection_info?.driver_volume_type ?? null;
  }

  get attach_mode(): 'rw' | 'ro' {
    return this.#record.attach_mode;
  }

  get device(): JsonObject | null {
    return this.#record.device;
  }

  /** The path of the device on the host that attached it. */
  get path(): string | null {
    return this.device === null ? null : String(this.device.path);
  }

  /** Whether the array has connected the host. */
  get connected(): boolean {
    return this.#record.connection_info !== null;
  }

  /** Whether the device is attached on the host. */
  get attached(): boolean {
    return this.device !== null;
  }

  /** Whether the host asked for several paths. */
  get use_multipath(): boolean {
    return this.connector_info.multipath === true;
  }

  /** Whether this is the host that is connected. */
  get isLocal(): boolean {
    return this.connector_info.host === hostname();
  }

  /** Reads it anew from the log. Throws `ConnectionNotFound` when the host is disconnected. */
  async refresh(): Promise<this> {
    return this.#see(await this.#resources.volumeState(this.volume_id));
  }

  /** Attaches the device on this host. */
  async attach(context?: CommandContext): Promise<this> {
    const { state } = await this.#resources.commands.give('AttachDevice', this.#ids, context);
    return this.#see(state).#open();
  }

  /** Detaches the device from this host; the host stays connected. `force` goes on past errors; it needs a reason. */
  async detach(options: { readonly force?: boolean } = {}, context?: CommandContext): Promise<this> {
    const { state } = await this.#resources.commands.give('DetachDevice', { ...this.#ids, ...options }, context);
    return this.#see(state);
  }

  /**
   * Disconnects the host. `force` goes on past errors and records them, also where the driver or the host is gone; it
   * needs a reason.
   */
  async disconnect(options: { readonly force?: boolean } = {}, context?: CommandContext): Promise<void> {
    await this.#resources.commands.give('DisconnectVolume', { ...this.#ids, ...options }, context);
  }

  /** Records the device that another host attached: `{ path, ... }`, in os-brick's shape. */
  async device_attached(device: JsonObject, context?: CommandContext): Promise<this> {
    const { state } = await this.#resources.commands.give('ReportDevice', { ...this.#ids, device }, context);
    return this.#see(state);
  }

  /** Records that the device which another host attached is detached there. */
  async device_detached(context?: CommandContext): Promise<this> {
    const { state } = await this.#resources.commands.give('ReportDetachment', this.#ids, context);
    return this.#see(state);
  }

  /**
   * The connection with its credentials in the open; what was shredded is `null`. Who asked, and the reason, which must
   * be given, are recorded first.
   */
  async showSecrets(context: CommandContext & { readonly reason: string }): Promise<ConnectionRecord> {
    const { state } = await this.#resources.commands.give('ShowSecrets', this.#ids, context);
    return this.#resources.opened(this.volume_id, this.#see(state).record);
  }

  /** Its fields, for `JSON.stringify`. Credentials stay sealed. */
  toJSON(): ConnectionRecord {
    return this.#record;
  }

  get #ids() {
    return { volume_id: this.volume_id, connection_id: this.id };
  }

  #see(state: VolumeState | null): this {
    const found = state?.connections[this.id];
    if (found === undefined) throw new ScoriaError(connectionNotFound(this.id));
    this.#record = found;
    return this;
  }
}
