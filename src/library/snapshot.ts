import type { CommandContext } from '../commands/given.ts';
import { ScoriaError } from '../domain/errors.ts';
import { snapshotNotFound } from '../domain/volume/checks.ts';
import type { Snapshot as SnapshotRecord } from '../domain/volume/volume.ts';
import type { CommandInput } from './commander.ts';
import type { Resources } from './resources.ts';
import { Volume } from './volume.ts';

/** A snapshot as this object last saw it. */
export class Snapshot {
  readonly #resources: Resources;
  #record: SnapshotRecord;

  constructor(resources: Resources, record: SnapshotRecord) {
    this.#resources = resources;
    this.#record = record;
  }

  /** All its fields as last seen. */
  get record(): SnapshotRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  get volume_id(): string {
    return this.#record.volume_id;
  }

  get name(): string | null {
    return this.#record.name;
  }

  get description(): string | null {
    return this.#record.description;
  }

  get status(): SnapshotRecord['status'] {
    return this.#record.status;
  }

  /** GiB, when it was taken. */
  get volume_size(): number {
    return this.#record.volume_size;
  }

  /** The volume that it is of. */
  async volume(): Promise<Volume> {
    const state = await this.#resources.volumeState(this.volume_id);
    if (state === null) throw new ScoriaError(snapshotNotFound(this.id));
    return new Volume(this.#resources, state);
  }

  /** Reads it anew from the log. Throws `SnapshotNotFound` when it is deleted. */
  async refresh(): Promise<this> {
    const found = (await this.#resources.volumeState(this.volume_id))?.snapshots[this.id];
    if (found === undefined) throw new ScoriaError(snapshotNotFound(this.id));
    this.#record = found;
    return this;
  }

  /** A new volume with the snapshot's bytes; `size` (GiB) may be larger. */
  async createVolume(
    attributes: Omit<CommandInput<'CreateVolumeFromSnapshot'>, 'volume_id' | 'snapshot_id'> = {},
    context?: CommandContext,
  ): Promise<Volume> {
    const input = { ...attributes, volume_id: this.volume_id, snapshot_id: this.id };
    const { state } = await this.#resources.commands.give('CreateVolumeFromSnapshot', input, context);
    return new Volume(this.#resources, state);
  }

  /** Gives the volume the bytes of this snapshot, which must be its newest. */
  async revert(context?: CommandContext): Promise<void> {
    const input = { volume_id: this.volume_id, snapshot_id: this.id };
    await this.#resources.commands.give('RevertToSnapshot', input, context);
  }

  /** Says which status it has, where an operation left it in another. A reason must be given. */
  async resetStatus(
    status: CommandInput<'ResetSnapshotStatus'>['status'],
    context: CommandContext & { readonly reason: string },
  ): Promise<this> {
    const input = { volume_id: this.volume_id, snapshot_id: this.id, status };
    await this.#resources.commands.give('ResetSnapshotStatus', input, context);
    return this.refresh();
  }

  /** Deletes the snapshot. */
  async delete(context?: CommandContext): Promise<void> {
    const input = { volume_id: this.volume_id, snapshot_id: this.id };
    await this.#resources.commands.give('DeleteSnapshot', input, context);
  }

  /** Its fields, for `JSON.stringify`. */
  toJSON(): SnapshotRecord {
    return this.#record;
  }
}
