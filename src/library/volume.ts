import type { CommandContext } from '../commands/given.ts';
import { ScoriaError } from '../domain/errors.ts';
import { volumeNotFound } from '../domain/volume/checks.ts';
import type { Connection as ConnectionRecord, Volume as VolumeRecord, VolumeState } from '../domain/volume/volume.ts';
import type { Connector } from '../drivers/contract.ts';
import { byAge, type VolumeDocument, volumeDocument } from '../projections/documents.ts';
import type { CommandInput } from './commander.ts';
import { Connection } from './connection.ts';
import type { Resources } from './resources.ts';
import { Snapshot } from './snapshot.ts';

/** What a command takes, without the fields that the volume fills in. */
type Without<Name extends Parameters<Resources['commands']['give']>[0], Key extends PropertyKey> = Omit<
  CommandInput<Name>,
  Key
>;

/** A volume as this object last saw it. Its commands bring it up to date; `refresh` does so without one. */
export class Volume {
  readonly #resources: Resources;
  #state: VolumeState;

  constructor(resources: Resources, state: VolumeState) {
    this.#resources = resources;
    this.#state = state;
  }

  /** All its fields as last seen. */
  get record(): VolumeRecord {
    if (this.#state.volume === null) throw new TypeError('the volume has no record');
    return this.#state.volume;
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string | null {
    return this.record.name;
  }

  get description(): string | null {
    return this.record.description;
  }

  /** GiB. */
  get size(): number {
    return this.record.size;
  }

  get status(): VolumeRecord['status'] {
    return this.record.status;
  }

  get attach_status(): VolumeRecord['attach_status'] {
    return this.record.attach_status;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.record.metadata;
  }

  get backend_name(): string {
    return this.record.backend_name;
  }

  /** Oldest first. */
  get snapshots(): readonly Snapshot[] {
    return Object.values(this.#state.snapshots)
      .toSorted(byAge)
      .map((snapshot) => new Snapshot(this.#resources, snapshot));
  }

  /** Oldest first. */
  get connections(): readonly Connection[] {
    return Object.values(this.#state.connections)
      .toSorted(byAge)
      .map((connection) => new Connection(this.#resources, connection));
  }

  /** The connection that is attached on this host, if there is one. */
  get local_attach(): Connection | null {
    return this.connections.find((connection) => connection.isLocal && connection.attached) ?? null;
  }

  /** Reads it anew from the log. Throws `VolumeNotFound` when it is deleted. */
  async refresh(): Promise<this> {
    const state = await this.#resources.volumeState(this.id);
    if (state === null) throw new ScoriaError(volumeNotFound(this.id));
    this.#state = state;
    return this;
  }

  /** Grows the volume to `size` GiB, also while it is attached where the driver can. */
  async extend(size: number, context?: CommandContext): Promise<this> {
    return this.#give('ExtendVolume', { volume_id: this.id, size }, context);
  }

  /** Changes name, description or both; `null` takes away. */
  async rename(change: Without<'RenameVolume', 'volume_id'>, context?: CommandContext): Promise<this> {
    return this.#give('RenameVolume', { volume_id: this.id, ...change }, context);
  }

  /** Sets the keys given; `null` takes a key away, the others stay. */
  async setMetadata(metadata: Readonly<Record<string, string | null>>, context?: CommandContext): Promise<this> {
    return this.#give('SetVolumeMetadata', { volume_id: this.id, metadata }, context);
  }

  /** Deletes the volume, which must have no snapshots and no connections. */
  async delete(context?: CommandContext): Promise<this> {
    return this.#give('DeleteVolume', { volume_id: this.id }, context);
  }

  /**
   * Says which status it has, where an operation left it in another. `available` and `in-use` must agree with its
   * connections, and the array must have it. A reason must be given.
   */
  async resetStatus(
    status: CommandInput<'ResetVolumeStatus'>['status'],
    context: CommandContext & { readonly reason: string },
  ): Promise<this> {
    return this.#give('ResetVolumeStatus', { volume_id: this.id, status }, context);
  }

  /**
   * Ends the record of a volume that is gone from the array, and of its snapshots and connections; the array is not
   * touched. `force` does not ask whether it is there still. A reason must be given.
   */
  async forget(
    options: { readonly force?: boolean },
    context: CommandContext & { readonly reason: string },
  ): Promise<this> {
    return this.#give('ForgetVolume', { volume_id: this.id, ...options }, context);
  }

  /** A new volume with this one's bytes; `size` (GiB) may be larger. */
  async clone(attributes: Without<'CloneVolume', 'volume_id'> = {}, context?: CommandContext): Promise<Volume> {
    const input = { ...attributes, volume_id: this.id };
    const { state } = await this.#resources.commands.give('CloneVolume', input, context);
    return new Volume(this.#resources, state);
  }

  /** Keeps the bytes as they are now. */
  async createSnapshot(
    attributes: Without<'CreateSnapshot', 'volume_id'> = {},
    context?: CommandContext,
  ): Promise<Snapshot> {
    const input = { ...attributes, volume_id: this.id };
    const { state, id } = await this.#resources.commands.give('CreateSnapshot', input, context);
    this.#state = state;
    return this.#snapshot(id);
  }

  /** Gives the volume the bytes of its newest snapshot. */
  async revert(snapshot: Snapshot | string, context?: CommandContext): Promise<this> {
    const snapshot_id = typeof snapshot === 'string' ? snapshot : snapshot.id;
    return this.#give('RevertToSnapshot', { volume_id: this.id, snapshot_id }, context);
  }

  /**
   * Exports the volume and connects a host, by its connector properties. `conn_info` of the connection holds what the
   * host needs, credentials in the open.
   */
  async connect(
    connector: Connector,
    attributes: Without<'ConnectVolume', 'volume_id' | 'connector'> = {},
    context?: CommandContext,
  ): Promise<Connection> {
    const input = { ...attributes, volume_id: this.id, connector };
    const { state, id } = await this.#resources.commands.give('ConnectVolume', input, context);
    this.#state = state;
    return Connection.opened(this.#resources, this.#connection(id));
  }

  /** Connects this host and attaches the device here. */
  async attach(attributes: Without<'AttachVolume', 'volume_id'> = {}, context?: CommandContext): Promise<Connection> {
    const input = { ...attributes, volume_id: this.id };
    const { state, id } = await this.#resources.commands.give('AttachVolume', input, context);
    this.#state = state;
    return Connection.opened(this.#resources, this.#connection(id));
  }

  /**
   * Detaches what is attached on this host, and disconnects it. `force` goes on past errors and records them; it needs a
   * reason.
   */
  async detach(options: { readonly force?: boolean } = {}, context?: CommandContext): Promise<this> {
    await this.refresh();
    const local = this.local_attach ?? this.connections.find(({ isLocal }) => isLocal);
    if (local === undefined) return this;
    return this.#give('DetachVolume', { volume_id: this.id, connection_id: local.id, ...options }, context);
  }

  /**
   * Destroys the keys of the volume's credentials, which then nobody can read any more, in no log and no copy of one.
   * It must have no connections. A reason must be given.
   */
  async shredSecrets(context: CommandContext & { readonly reason: string }): Promise<this> {
    return this.#give('ShredVolumeSecrets', { volume_id: this.id }, context);
  }

  /**
   * The volume and its connections with their credentials in the open; what was shredded is `null`. Who asked, and the
   * reason, which must be given, are recorded first.
   */
  async showSecrets(context: CommandContext & { readonly reason: string }): Promise<VolumeDocument> {
    await this.#give('ShowSecrets', { volume_id: this.id }, context);
    return this.#resources.opened(this.id, this.toJSON());
  }

  /** Its fields with its snapshots and connections, for `JSON.stringify`. Credentials stay sealed. */
  toJSON(): VolumeDocument {
    return volumeDocument(this.#state);
  }

  async #give<
    Name extends
      | 'ExtendVolume'
      | 'RenameVolume'
      | 'SetVolumeMetadata'
      | 'DeleteVolume'
      | 'ResetVolumeStatus'
      | 'ForgetVolume'
      | 'RevertToSnapshot'
      | 'DetachVolume'
      | 'ShredVolumeSecrets'
      | 'ShowSecrets',
  >(name: Name, input: CommandInput<Name>, context: CommandContext | undefined): Promise<this> {
    try {
      this.#state = (await this.#resources.commands.give(name, input, context)).state as VolumeState;
    } catch (error) {
      // A failed operation leaves its mark on the volume, which the caller should see on this object.
      if (error instanceof ScoriaError && error.kind !== 'log')
        this.#state = (await this.#resources.volumeState(this.id)) ?? this.#state;
      throw error;
    }
    return this;
  }

  #snapshot(id: string): Snapshot {
    const snapshot = this.#state.snapshots[id];
    if (snapshot === undefined) throw new TypeError(`the volume has no snapshot ${id}`);
    return new Snapshot(this.#resources, snapshot);
  }

  #connection(id: string): ConnectionRecord {
    const connection = this.#state.connections[id];
    if (connection === undefined) throw new TypeError(`the volume has no connection ${id}`);
    return connection;
  }
}
