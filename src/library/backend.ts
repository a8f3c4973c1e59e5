import type { CommandContext } from '../commands/given.ts';
import type { Reconciliation } from '../commands/reconcile/reconcile.ts';
import { type Backend as BackendRecord, type BackendState, toCinderStats } from '../domain/backend/backend.ts';
import { ScoriaError } from '../domain/errors.ts';
import { backendNotFound } from '../domain/volume/checks.ts';
import { invalidConnector } from '../domain/volume/connect.ts';
import type { VolumeState } from '../domain/volume/volume.ts';
import type { Connector } from '../drivers/contract.ts';
import type { CommandInput } from './commander.ts';
import { type EnsuredExports, ensureExports } from './ensured-exports.ts';
import type { Resources } from './resources.ts';
import { Volume } from './volume.ts';

/** What a backend needs besides what all objects do. */
export interface BackendResources extends Resources {
  backendState(name: string): Promise<BackendState>;
  volumeStates(backend_name: string): Promise<readonly VolumeState[]>;
  connectorProblems(driver: string, connector: Connector): Promise<readonly string[]>;
  reconcile(name: string): Promise<Reconciliation>;
}

/** A storage backend: a driver with its configuration. */
export class Backend {
  readonly #resources: BackendResources;
  #record: BackendRecord;

  constructor(resources: BackendResources, record: BackendRecord) {
    this.#resources = resources;
    this.#record = record;
  }

  /** All its fields as last seen. */
  get record(): BackendRecord {
    return this.#record;
  }

  get name(): string {
    return this.#record.name;
  }

  get driver(): string {
    return this.#record.driver;
  }

  get status(): BackendRecord['status'] {
    return this.#record.status;
  }

  get capabilities(): BackendRecord['capabilities'] {
    return this.#record.capabilities;
  }

  /** The names of its pools, as last recorded. */
  get pool_names(): readonly string[] {
    return this.#record.stats?.pools.map((pool) => pool.pool_name) ?? [];
  }

  /** Reads it anew from the log. */
  async refresh(): Promise<this> {
    return this.#see(await this.#resources.backendState(this.name));
  }

  /** In Cinder's shape and units (`total_capacity_gb`, ...): as last recorded, or as the array says now. */
  async stats(
    options: { readonly refresh?: boolean } = {},
    context?: CommandContext,
  ): Promise<Record<string, unknown>> {
    if (options.refresh) {
      this.#see((await this.#resources.commands.give('RefreshBackendStats', { name: this.name }, context)).state);
    } else await this.refresh();
    return this.#record.stats === null ? {} : toCinderStats(this.#record.stats);
  }

  /** A new volume of `size` GiB. */
  async createVolume(
    attributes: Omit<CommandInput<'CreateVolume'>, 'backend'>,
    context?: CommandContext,
  ): Promise<Volume> {
    const input = { ...attributes, backend: this.name };
    return new Volume(this.#resources, (await this.#resources.commands.give('CreateVolume', input, context)).state);
  }

  /** Its volumes that are not deleted. */
  async volumes(): Promise<readonly Volume[]> {
    return (await this.#resources.volumeStates(this.name)).map((state) => new Volume(this.#resources, state));
  }

  /** Throws `InvalidConnector` when the driver could not connect a host with these properties. */
  async validateConnector(connector: Connector): Promise<void> {
    const problems = await this.#resources.connectorProblems(this.driver, connector);
    if (problems.length > 0) throw new ScoriaError(invalidConnector(problems));
  }

  /**
   * Sets the options given; `null` takes one away, the others stay. So do the hosts that may execute for it, unless they
   * are given: `[]` is any host.
   */
  async change(changes: Omit<CommandInput<'ChangeBackend'>, 'name'>, context?: CommandContext): Promise<this> {
    const input = { ...changes, name: this.name };
    return this.#see((await this.#resources.commands.give('ChangeBackend', input, context)).state);
  }

  /** Refuses what changes the array until `thaw`; waits for what is under way. */
  async freeze(context?: CommandContext): Promise<this> {
    return this.#see((await this.#resources.commands.give('FreezeBackend', { name: this.name }, context)).state);
  }

  /** Ends a freeze. */
  async thaw(context?: CommandContext): Promise<this> {
    return this.#see((await this.#resources.commands.give('ThawBackend', { name: this.name }, context)).state);
  }

  /**
   * Compares what the array has with the record: what only one of them has, sizes and connections that differ, what is
   * left half made. Records nothing, and may run while others work on the backend.
   */
  async reconcile(): Promise<Reconciliation> {
    return this.#resources.reconcile(this.name);
  }

  /**
   * Makes the exports of connected volumes again where they are gone, as after a reboot of the host that exports them,
   * and lets their hosts in. What stands stays. A volume that fails keeps up no other.
   */
  async ensureExports(context: CommandContext = {}): Promise<EnsuredExports> {
    const volumes = await this.#resources.volumeStates((await this.refresh()).name);
    return ensureExports(this.name, volumes, this.#resources.commands, context);
  }

  /**
   * Makes a volume that only the array has one of the record, by its name there (`reference` in `reconcile`). A reason
   * must be given.
   */
  async adopt(
    attributes: Omit<CommandInput<'AdoptVolume'>, 'backend'>,
    context: CommandContext & { readonly reason: string },
  ): Promise<Volume> {
    const input = { ...attributes, backend: this.name };
    return new Volume(this.#resources, (await this.#resources.commands.give('AdoptVolume', input, context)).state);
  }

  /** Deletes what only the array has, by its name there. A reason must be given. */
  async deleteResource(reference: string, context: CommandContext & { readonly reason: string }): Promise<void> {
    await this.#resources.commands.give('DeleteResource', { name: this.name, reference }, context);
  }

  /** Forgets the backend, which must hold no volumes. What is on the array stays. */
  async remove(context?: CommandContext): Promise<void> {
    await this.#resources.commands.give('RemoveBackend', { name: this.name }, context);
  }

  /** Its fields, for `JSON.stringify`. */
  toJSON(): BackendRecord {
    return this.#record;
  }

  #see(state: BackendState): this {
    if (state.backend === null) throw new ScoriaError(backendNotFound(this.name));
    this.#record = state.backend;
    return this;
  }
}
