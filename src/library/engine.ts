import { createBackendDrivers, quiet } from '../commands/backend-drivers.ts';
import type { Bounds } from '../commands/bounded-call.ts';
import type { ImportReport } from '../commands/cinderlib/report.ts';
import { EffectCalls } from '../commands/effect-calls.ts';
import type { Author } from '../commands/envelope.ts';
import { Executors, type HostExecutors, LOOKS_PER_LEASE } from '../commands/executors.ts';
import { type CommandContext, contextProblem } from '../commands/given.ts';
import { type Loaded, load } from '../commands/load.ts';
import { childOperations, operations } from '../commands/operations.ts';
import { Performer } from '../commands/perform.ts';
import { readerOf } from '../commands/reader.ts';
import { reconcile } from '../commands/reconcile/reconcile.ts';
import { Runner } from '../commands/runner.ts';
import { SealedKeys, type UnreadableSecrets } from '../commands/sealed-keys.ts';
import type { Services } from '../commands/services.ts';
import { problemsOf } from '../commands/volume/facts.ts';
import { findHostConnector } from '../connectors/registry.ts';
import { backendStream } from '../domain/backend/backend.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import { IMPORT_CINDERLIB } from '../domain/origin.ts';
import { asScoriaEvent, decode, type ScoriaEvent } from '../domain/streams.ts';
import { backendNotFound, connectionNotFound, snapshotNotFound, volumeNotFound } from '../domain/volume/checks.ts';
import { type VolumeState, volumeStream } from '../domain/volume/volume.ts';
import { callSignal } from '../drivers/call.ts';
import type { SecretReference } from '../drivers/options.ts';
import type { EventLog } from '../eventlog/port.ts';
import { isLogUrl } from '../log-url.ts';
import type { Logger } from '../logging.ts';
import type { Onlooker, Progress } from '../progress.ts';
import { builtInProjections } from '../projections/built-in.ts';
import { keyedRows } from '../projections/keyed-rows.ts';
import type { Projection } from '../projections/projection.ts';
import type { ProjectionStatus } from '../projections/projector.ts';
import type { When } from '../projections/when.ts';
import type { KeyStore, RotatedMaster } from '../secrets/key-store.ts';
import { unavailable } from '../secrets/unavailable.ts';
import { Vault } from '../secrets/vault.ts';
import { Audit } from './audit/audit.ts';
import { auditServices } from './audit/audit-services.ts';
import { countingAppends } from './audit/counting.ts';
import type { AuditOptions } from './audit/options.ts';
import { Sealer } from './audit/sealer.ts';
import { Backend, type BackendResources } from './backend.ts';
import type { CinderlibExportOptions } from './cinderlib-export.ts';
import type { CinderlibImportOptions, CinderlibSource } from './cinderlib-source.ts';
import { type Command, type Commander, type CommandInput, commanderOf, type Execution } from './commander.ts';
import { Connection } from './connection.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { createHostExecutors } from './host-executors.ts';
import { type KeyStoreCommand, keyStoreOf } from './key-store.ts';
import { openLogAt, type ServerSurroundings } from './open-log.ts';
import { type Policy, Refusals } from './policy.ts';
import { projectionDirectoryOfUser } from './projection-file.ts';
import { type OpenOperation, openOperations, type RecoveredOperation, recoverAll } from './recovery.ts';
import { type ServeOptions, serve } from './serve.ts';
import { Snapshot } from './snapshot.ts';
import { type ProjectionLag, projectionLags, type SealingPolicy, type Status, statusOf } from './status.ts';
import { openStorage, type Storage } from './storage.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';
import { userOfProcess } from './user-of-process.ts';
import { onlyOne, View } from './view.ts';
import { Volume } from './volume.ts';
import { watched } from './watched.ts';

export interface EngineOptions {
  /**
   * The path of a SQLite log, `:memory:`, the URL of a log on a server (`esdb://host:2113`, `postgres://user@host/database`
   * or `mysql://...` that `migrateLog` has prepared), or an event log of your own. A URL holds no password but a reference
   * to one: `?password=env:NAME`.
   */
  readonly log: string | EventLog;
  /** What to do when there is no such log: `create` it unless given; `refuse` throws `LogNotFound`. */
  readonly ifMissing?: 'create' | 'refuse';
  /** Who gives commands that do not say so: this process's user and the project `scoria`, unless given. */
  readonly user?: string;
  /** For which project, likewise. */
  readonly project?: string;
  /** Ids that are not UUIDs are accepted. */
  readonly nonUuidIds?: boolean;
  /** What runs programs as root: `sudo` unless given, nothing when empty or as root. */
  readonly rootHelper?: string;
  /** The Python whose os-brick attaches what Scoria has no connector for: `/usr/bin/python3` unless given. */
  readonly osBrickPython?: string;
  /**
   * The key store that credentials of storage are sealed by: a path, a program (`{ command }`), or one of your own. Unless
   * given, it is `<log>.keys` beside a log that is a file, in memory for `:memory:`, tables in the database of
   * `postgres://` and `mysql://`, and `$XDG_STATE_HOME/scoria/scoria.keys` for an event log of your own. For EventStoreDB
   * it has to be given before anything is sealed.
   */
  readonly keyStore?: string | KeyStoreCommand | KeyStore;
  /**
   * A reference to the master key, which wraps the keys of the key store: 32 bytes in base64 or hexadecimal digits.
   * Unless given, it is the file `<key store>.master-key`, made when it is first needed. For keys in a log's database it
   * has to be given.
   */
  readonly masterKey?: SecretReference | string;
  /** Whether deleting a volume destroys the keys of its credentials; not unless given. */
  readonly shredDeleted?: boolean;
  /** Where to log: warnings and errors as JSON lines on standard error, unless given. */
  readonly logger?: Logger;
  /** Read models of your own. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of any shape
  readonly projections?: readonly Projection<any>[];
  /**
   * Where the projections of a log that is not a file of this host are kept: in a file that this host's processes share,
   * and that may be removed at any time. Unless given, it is `$XDG_STATE_HOME/scoria/projections` for a log that a URL
   * names, and each process's memory for an event log of your own.
   */
  readonly projectionDirectory?: string;
  /** How many operations run at once on one backend; as many as are asked for, unless given. */
  readonly operationsPerBackend?: number;
  /** How long a command waits for another process's operation on the same volume (30 s unless given). */
  readonly busyTimeoutMs?: number;
  /**
   * How long an executor that shows no sign of life keeps its operations, before another goes on with them (15 s unless
   * given). Shorter than `busyTimeoutMs`, so that who waits for one can go on.
   */
  readonly leaseMs?: number;
  /** How long another process may hold the log's lock, or its server be away when it is opened (10 s unless given). */
  readonly lockTimeoutMs?: number;
  /** How long a read waits for projections that get no further (60 s unless given); then it throws `ProjectionBehind`. */
  readonly catchUpTimeoutMs?: number;
  /** A driver call that takes longer has an unknown end (an hour unless given). */
  readonly effectTimeoutMs?: number;
  /** How long a driver is asked about a call that ended neither way (10 s unless given). */
  readonly reconcileTimeoutMs?: number;
  /** How long a freeze or a removal waits for a backend's operations (60 s unless given). */
  readonly drainTimeoutMs?: number;
  /**
   * Aborted when the caller wants no more of what is under way: copies end early, as failures that leave nothing
   * behind; other calls to drivers may come to their end for `stopTimeoutMs`, then they are given up; waiting for other
   * processes ends; replays, rebuilds and loads throw the signal's reason and change nothing. Commands are still taken,
   * so that one can clean up. `signal` in the context of a command is for that command alone.
   */
  readonly signal?: AbortSignal;
  /** How long a driver call may go on once its caller wants no more of it (5 s unless given); its end is unknown then. */
  readonly stopTimeoutMs?: number;
  /** Hears how far catching up, replays, rebuilds, loads and copies are. */
  readonly onProgress?: (progress: Progress) => void;
  /** How the log is sealed, and what it is compared with when it is opened. */
  readonly audit?: AuditOptions;
  /** Which commands are refused, whatever they are about. */
  readonly policy?: Policy;
  /** What this executor calls its host, for backends that name hosts: the machine's name unless given. */
  readonly host?: string;
  /** How long an operation that this host may not execute is offered to those that may (60 s unless given). */
  readonly offerTimeoutMs?: number;
  /** The clock that events are dated by: the system's unless given. */
  readonly now?: () => Date;
  /** Who else executes on this log, and whether they are gone: what this host's kernel says, unless given. */
  readonly executors?: HostExecutors;
}

/** Opens a log and everything that works on it. Close it, or declare it with `await using`. */
export const createEngine = async (options: EngineOptions): Promise<Engine> => {
  const surroundings = surroundingsOf(options);
  const { ifMissing = 'create', lockTimeoutMs = ENGINE_DEFAULTS.lockTimeoutMs } = options;
  const storage = await openStorage({
    log: isUrl(options.log) ? await openLogAt(options.log, { ...surroundings, ifMissing, lockTimeoutMs }) : options.log,
    ifMissing,
    lockTimeoutMs,
    catchUpTimeoutMs: options.catchUpTimeoutMs ?? ENGINE_DEFAULTS.catchUpTimeoutMs,
    projections: [...builtInProjections, ...(options.projections ?? []).map(keyedRows)],
    projectionDirectory: options.projectionDirectory ?? (isUrl(options.log) ? projectionDirectoryOfUser() : undefined),
    onlooker: onlookerOf(options),
  });
  try {
    return await engineOn(storage, options, surroundings);
  } catch (error) {
    await storage.close();
    throw error;
  }
};

const isUrl = (log: string | EventLog): log is string => typeof log === 'string' && isLogUrl(log);

const engineOn = async (storage: Storage, options: EngineOptions, surroundings: Surroundings): Promise<Engine> => {
  const { signal, audit: auditOptions = {}, leaseMs = ENGINE_DEFAULTS.leaseMs } = options;
  const { logger, run } = surroundings;
  const host = options.executors ?? (await createHostExecutors(run, options.host));
  const executors = new Executors(host, storage.log.leases, {
    leaseMs,
    log: logger,
    signal,
  });
  const bounds = {
    timeoutMs: options.effectTimeoutMs ?? ENGINE_DEFAULTS.effectTimeoutMs,
    stopTimeoutMs: options.stopTimeoutMs ?? ENGINE_DEFAULTS.stopTimeoutMs,
    signal,
  };
  const { lockTimeoutMs = ENGINE_DEFAULTS.lockTimeoutMs } = options;
  const keys = await keyStoreOf(options, { ...surroundings, lockTimeoutMs });
  const services = servicesOf(storage, options, { ...surroundings, executors, bounds, keys });
  const author = {
    actor: actorOf(options),
    executor: executors.own,
    now: options.now ?? (() => new Date()),
  };
  const calls = new EffectCalls({
    bounds,
    reconcile: {
      firstMs: 20,
      maxMs: 2_000,
      totalMs: options.reconcileTimeoutMs ?? ENGINE_DEFAULTS.reconcileTimeoutMs,
      signal,
    },
    operationsPerBackend: options.operationsPerBackend ?? ENGINE_DEFAULTS.operationsPerBackend,
  });
  // The policy is for people: what the engine does by itself has its reason.
  const sealer = new Sealer((reason) => auditBy(commanderOf(runner)).seal({ reason }), auditOptions, logger);
  const auditBy = (commands: Commander) => new Audit(storage, services, commands, auditOptions, run);
  const log =
    auditOptions.everyEvents === undefined
      ? storage.log
      : countingAppends(storage.log, (events) => sealer.appended(events));
  const declared = [...Object.values(operations), ...childOperations];
  // Whoever waits looks at the holder's lease each time, and must not look away for too long.
  const busy = {
    firstMs: 5,
    maxMs: Math.min(200, leaseMs / LOOKS_PER_LEASE),
    totalMs: options.busyTimeoutMs ?? ENGINE_DEFAULTS.busyTimeoutMs,
    signal,
  };
  const performer = new Performer(log, services, author, declared, calls, busy);
  const runner = new Runner(log, services, author, performer, {
    actor: author.actor,
    busy,
    offerTimeoutMs: options.offerTimeoutMs ?? ENGINE_DEFAULTS.offerTimeoutMs,
    nonUuidIds: options.nonUuidIds ?? ENGINE_DEFAULTS.nonUuidIds,
  });
  const refusals = new Refusals(options.policy ?? {}, author.actor, logger);
  const commands = commanderOf(runner, refusals);
  const audit = auditBy(commands);
  if (auditOptions.ifRolledBack !== 'open') await audit.assertNotRolledBack();
  sealer.start();
  const serving = {
    leaseMs,
    operationsPerBackend: options.operationsPerBackend ?? ENGINE_DEFAULTS.operationsPerBackend,
  };
  const importing = {
    nonUuidIds: options.nonUuidIds ?? ENGINE_DEFAULTS.nonUuidIds,
    server: { ...surroundings, lockTimeoutMs },
  };
  return new Engine({ storage, services, runner, commands, author, audit, sealer, refusals, serving, importing });
};

const onlookerOf = ({ signal, onProgress }: EngineOptions): Onlooker => ({ signal, onProgress });

const actorOf = ({ user, project }: EngineOptions): Actor => ({
  user: user ?? userOfProcess(),
  project: project ?? ENGINE_DEFAULTS.project,
});

/** What an engine has of the process that it is in. */
interface AtWork extends Surroundings {
  readonly executors: Executors;
  readonly bounds: Bounds;
  readonly keys: KeyStore;
}

const servicesOf = (
  { projector, log: events }: Storage,
  options: EngineOptions,
  { executors, logger: log, rootHelper, run, known, bounds, keys }: AtWork,
): Services => ({
  audit: auditServices(events, options.audit ?? {}),
  read: readerOf(projector),
  executors,
  drivers: createBackendDrivers(
    { run, rootHelper, log, signal: callSignal, onProgress: options.onProgress },
    known,
    bounds,
  ),
  connector: async (protocol) =>
    quiet(await findHostConnector(protocol, { run, log, rootHelper, osBrickPython: options.osBrickPython }), known),
  vault: new Vault(keys, known),
  shredDeleted: options.shredDeleted ?? ENGINE_DEFAULTS.shredDeleted,
  log,
  drainTimeoutMs: options.drainTimeoutMs ?? ENGINE_DEFAULTS.drainTimeoutMs,
});

/** What an engine is made of. */
interface Parts {
  readonly storage: Storage;
  readonly services: Services;
  readonly runner: Runner;
  readonly commands: Commander;
  readonly author: Author & { readonly actor: Actor };
  readonly audit: Audit;
  readonly sealer: Sealer;
  readonly refusals: Refusals;
  readonly serving: Omit<ServeOptions, 'signal'>;
  readonly importing: Importing;
}

/** What an import goes by besides its own options. */
interface Importing {
  readonly nonUuidIds: boolean;
  /** How the server of a database is reached. */
  readonly server: ServerSurroundings;
}

/** Storage as commands, objects and reads. */
export class Engine implements AsyncDisposable {
  readonly #storage: Storage;
  readonly #services: Services;
  readonly #runner: Runner;
  readonly #commands: Commander;
  readonly #author: Author & { readonly actor: Actor };
  readonly #resources: BackendResources;
  readonly #sealer: Sealer;
  readonly #refusals: Refusals;
  readonly #serving: Omit<ServeOptions, 'signal'>;
  readonly #importing: Importing;
  /** The record's proofs of itself: seal it, verify it, prove one event. */
  readonly audit: Audit;

  constructor({ storage, services, runner, commands, author, audit, sealer, refusals, serving, importing }: Parts) {
    this.#importing = importing;
    this.#serving = serving;
    this.audit = audit;
    this.#sealer = sealer;
    this.#refusals = refusals;
    this.#author = author;
    this.#storage = storage;
    this.#services = services;
    this.#runner = runner;
    this.#commands = commands;
    this.#resources = {
      commands,
      backendState: (name) => services.read.state('backend', backendStream(name)),
      volumeState: (id) => this.#volumeState(id),
      opened: (volume_id, value) => services.vault.opened(volumeStream(volume_id), value),
      volumeStates: async (backend_name) => (await services.read.inventory()).states('volume', { backend_name }),
      connectorProblems: problemsOf,
      reconcile: (name) => reconcile(name, services, storage.log),
    };
  }

  /** Gives a command as data. Answers with `Either`: nothing but a log that fails is thrown. */
  execute<Given extends Command>(command: Given, context?: CommandContext): Promise<Execution<Given>> {
    return this.#commands.execute(command, context);
  }

  /** Adds a backend, or answers the one that has this name and configuration already. */
  async addBackend(input: CommandInput<'AddBackend'>, context?: CommandContext): Promise<Backend> {
    const { state } = await this.#commands.give('AddBackend', input, context);
    if (state.backend === null) throw new ScoriaError(backendNotFound(input.name));
    return new Backend(this.#resources, state.backend);
  }

  /** The backend of that name. Throws `BackendNotFound`. */
  async backend(name: string): Promise<Backend> {
    const { backend } = await this.#resources.backendState(name);
    if (backend === null) throw new ScoriaError(backendNotFound(name));
    return new Backend(this.#resources, backend);
  }

  /** All backends, by name. */
  async backends(): Promise<readonly Backend[]> {
    const states = (await this.#services.read.inventory()).states('backend');
    return states.flatMap(({ backend }) => (backend === null ? [] : [new Backend(this.#resources, backend)]));
  }

  /** The volume of that id. Throws `VolumeNotFound`, also for one that is deleted. */
  async volume(id: string): Promise<Volume> {
    const state = await this.#volumeState(id);
    if (state === null) throw new ScoriaError(volumeNotFound(id));
    return new Volume(this.#resources, state);
  }

  /** The volumes that are not deleted: all, or those of a backend or a name. */
  async volumes(filter: { readonly backend?: string; readonly name?: string } = {}): Promise<readonly Volume[]> {
    const inventory = await this.#services.read.inventory();
    const states = inventory.states('volume', filter.backend === undefined ? {} : { backend_name: filter.backend });
    const named = states.filter(({ volume }) => filter.name === undefined || volume?.name === filter.name);
    return named.map((state) => new Volume(this.#resources, state));
  }

  /** The one volume of that name. */
  async volumeNamed(name: string): Promise<Volume> {
    const streams = (await this.#services.read.inventory()).streamsNamed('volume', name);
    const [stream] = onlyOne(streams, 'volume', name);
    if (stream === undefined) {
      throw new ScoriaError(
        rejections.VolumeNotFound(`no volume is named "${name}"`, '`scoria volume list` shows names'),
      );
    }
    return new Volume(this.#resources, await this.#services.read.state('volume', stream));
  }

  /** The snapshot of that id. Throws `SnapshotNotFound`. */
  async snapshot(id: string): Promise<Snapshot> {
    const found = (await this.#stateOfResource(id))?.snapshots[id];
    if (found === undefined) throw new ScoriaError(snapshotNotFound(id));
    return new Snapshot(this.#resources, found);
  }

  /** The one snapshot of that name. */
  async snapshotNamed(name: string): Promise<Snapshot> {
    const inventory = await this.#services.read.inventory();
    const streams = inventory.streamsNamed('snapshot', name);
    const states = await Promise.all(streams.map((stream) => this.#services.read.state('volume', stream)));
    const snapshots = states.flatMap((state) => Object.values(state.snapshots)).filter((one) => one.name === name);
    const [snapshot] = onlyOne([...new Map(snapshots.map((one) => [one.id, one])).values()], 'snapshot', name);
    if (snapshot === undefined) {
      throw new ScoriaError(
        rejections.SnapshotNotFound(`no snapshot is named "${name}"`, '`scoria snapshot list` shows names'),
      );
    }
    return new Snapshot(this.#resources, snapshot);
  }

  /** The connection of that id. Throws `ConnectionNotFound`. */
  async connection(id: string): Promise<Connection> {
    const found = (await this.#stateOfResource(id))?.connections[id];
    if (found === undefined) throw new ScoriaError(connectionNotFound(id));
    return new Connection(this.#resources, found);
  }

  /** Storage for consumer nodes, such as their connector properties. */
  readonly keyValues = {
    set: async (key: string, value: string, context?: CommandContext): Promise<void> => {
      await this.#commands.give('SetKeyValue', { key, value }, context);
    },
    get: async (key: string): Promise<string | null> => (await this.view()).keyValue(key),
    delete: async (key: string, context?: CommandContext): Promise<void> => {
      await this.#commands.give('DeleteKeyValue', { key }, context);
    },
  };

  /** Everything that can be read, as it is now or as it was `at` a position or a time. */
  view(at?: When): Promise<View> {
    return View.open(this.#storage, at);
  }

  /**
   * Brings a dump or an export of events into a log that holds nothing: everything, or nothing and an error that says
   * which line and field. `source` is the name of the file, for the record. Answers also which secrets the engine's key
   * store does not open.
   */
  async load(
    text: string | AsyncIterable<string>,
    { source }: { readonly source?: string } = {},
    context: CommandContext = {},
  ): Promise<Loaded & { readonly unreadable: readonly UnreadableSecrets[] }> {
    this.#assertAllowed('LoadDump', context);
    const actor = context.actor ?? this.#author.actor;
    const { signal, onProgress } = this.#storage.onlooker;
    const sealed = new SealedKeys();
    const loaded = await load(this.#storage.log, text, {
      author: this.#author,
      sealed,
      actor,
      reason: context.reason,
      file: source,
      reached: (done, total) => {
        signal?.throwIfAborted();
        onProgress?.({ work: 'load', subject: source ?? 'the text', unit: 'events', done, total });
      },
    });
    return { ...loaded, unreadable: await sealed.unreadableWith(this.#services.vault.keys) };
  }

  /**
   * Takes over what cinderlib knew, from a dump of it in any of its shapes or from its database: facts of an import, and
   * no creations. All is checked first; what cannot be imported ends it before the first event, unless it is left out.
   * Given again, it imports what it did not before.
   */
  async importCinderlib(
    from: CinderlibSource,
    { backends = {}, dryRun = false, leaveOut = false }: CinderlibImportOptions = {},
    context: CommandContext = {},
  ): Promise<ImportReport> {
    this.#assertAllowed(IMPORT_CINDERLIB, context);
    // Hardly anybody imports: what does is not loaded before.
    const [{ importRecords }, { withCinderlibSource }] = await Promise.all([
      import('../commands/cinderlib/import.ts'),
      import('./cinderlib-source.ts'),
    ]);
    const { signal, onProgress } = this.#storage.onlooker;
    const { nonUuidIds, server } = this.#importing;
    return withCinderlibSource(from, server, (source) =>
      importRecords(source, {
        log: this.#storage.log,
        services: this.#services,
        author: this.#author,
        actor: context.actor ?? this.#author.actor,
        reason: context.reason,
        nonUuidIds,
        backends,
        dryRun,
        leaveOut,
        reached: (done, total) => {
          signal?.throwIfAborted();
          onProgress?.({ work: 'import', subject: source.name, unit: 'events', done, total });
        },
      }),
    );
  }

  /**
   * The inventory as a dump that cinderlib 5.0 loads, in chunks. Credentials are left out, unless `showSecrets` asks for
   * them; `onNote` hears of each thing that does not come along as it is here.
   */
  async *exportCinderlib(options: CinderlibExportOptions = {}, context: CommandContext = {}): AsyncGenerator<string> {
    const { exportCinderlib } = await import('./cinderlib-export.ts');
    yield* exportCinderlib(await this.view(options.at), options, this.#resources, context);
  }

  /** The events after a position, then those that come, of other processes too, until `signal` aborts it. */
  async *follow(options: { readonly after?: bigint; readonly signal?: AbortSignal } = {}): AsyncGenerator<ScoriaEvent> {
    for await (const stored of this.#storage.log.subscribe(options)) yield asScoriaEvent(decode(stored));
  }

  /** What stands open: operations without an outcome, of this executor and others, and questions. */
  openOperations(): Promise<readonly OpenOperation[]> {
    return openOperations(this.#services, this.#runner.handover);
  }

  /**
   * Settles what executors that are gone left open: claims each operation, asks the driver how it ended, and records
   * that. A command that meets such an operation on its volume does so by itself. An executor of whom this host's kernel
   * tells nothing is watched for the length of its lease; name those in `gone` that you know to be.
   */
  async recover(
    options: { readonly gone?: readonly string[] } = {},
    context: CommandContext = {},
  ): Promise<readonly RecoveredOperation[]> {
    this.#assertAllowed('Recover', context);
    return recoverAll(this.#runner, this.#services, options.gone ?? [], context);
  }

  /**
   * Executes what other hosts may not, and this one may, until `signal` aborts it; then what is under way comes to its
   * end. Operations of executors that are gone it recovers.
   */
  async serve({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.#assertAllowed('Serve', { reason: 'each operation has that of its command' });
    return serve(this.#runner, this.#services, { signal, ...this.#serving });
  }

  /** The projections, and the position that each has moved to. */
  async projections(): Promise<readonly ProjectionStatus[]> {
    return this.#storage.projector.statuses();
  }

  /** The same with how far each is from the log's head, which takes none of them further. */
  projectionLags(): Promise<readonly ProjectionLag[]> {
    return projectionLags(this.#storage, this.#author.now());
  }

  /**
   * What follows the log, and whether it does: the projections, which it takes to the log's head as a read would, and the
   * sealing, measured by `sealing` or by this engine's own options. Throws when the log cannot be looked at.
   */
  status({ sealing: policy = this.#sealer.policy }: { readonly sealing?: SealingPolicy } = {}): Promise<Status> {
    return statusOf({ storage: this.#storage, services: this.#services, policy, now: this.#author.now() });
  }

  /** Builds a projection anew beside its rows, then swaps. */
  async rebuildProjection(name: string, onProgress?: (position: bigint) => void): Promise<void> {
    const { log, projector, onlooker } = this.#storage;
    const source = watched(log, onlooker, { work: 'rebuild', subject: name, upTo: await log.head() });
    await projector.rebuild(name, onProgress, source);
  }

  /** How many commands the policy has refused since the engine was opened. */
  get refusedCommands(): number {
    return this.#refusals.count;
  }

  /**
   * Wraps all keys of the key store by another master key: the one that a reference leads to (`env:NAME`, `file:/path`,
   * `command:program argument`), or a new one where Scoria made the present one. Afterwards the present one opens nothing.
   */
  async rotateMasterKey(next: string | null = null): Promise<RotatedMaster> {
    const { keys } = this.#services.vault;
    if (keys.rotateMaster === undefined)
      throw unavailable('this key store has no master key', 'rotate where the keys are kept');
    return keys.rotateMaster(next);
  }

  /**
   * Seals the log if it is to be, and closes the drivers, the key store and the log. Commands under way must have ended
   * before.
   */
  async close(): Promise<void> {
    await this.#sealer.close();
    await this.#services.drivers.close();
    await this.#services.vault.keys.close();
    await this.#services.executors.close();
    await this.#storage.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #assertAllowed(command: string, context: CommandContext): void {
    const refusal = contextProblem(context) ?? this.#refusals.refuse(command, context);
    if (refusal !== null) throw new ScoriaError(refusal);
  }

  async #volumeState(id: string): Promise<VolumeState | null> {
    const state = await this.#services.read.state('volume', volumeStream(id));
    return state.volume === null || state.volume.status === 'deleted' ? null : state;
  }

  async #stateOfResource(id: string): Promise<VolumeState | null> {
    const known = (await this.#services.read.inventory()).resource(id);
    return known === null ? null : this.#services.read.state('volume', known.stream);
  }
}
