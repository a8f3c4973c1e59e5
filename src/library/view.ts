import { exportEvents } from '../commands/export.ts';
import { backendStream } from '../domain/backend/backend.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { RecordedEvent, StoredEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import { keyValueStream } from '../domain/keyvalue/key-value.ts';
import { asScoriaEvent, decode, type ScoriaEvent } from '../domain/streams.ts';
import { backendNotFound, connectionNotFound, snapshotNotFound, volumeNotFound } from '../domain/volume/checks.ts';
import { type VolumeState, volumeStream } from '../domain/volume/volume.ts';
import { type ReportFilter, type ReportRow, reportOf } from '../projections/audit-report.ts';
import { type CapacityPoint, capacity, capacityOf } from '../projections/capacity.ts';
import {
  type BackendDocument,
  backendDocument,
  backendDocuments,
  type ConnectionDocument,
  connectionDocuments,
  type KeyValueDocument,
  keyValueDocuments,
  type SnapshotDocument,
  snapshotDocuments,
  type VolumeDocument,
  volumeDocument,
  volumeDocuments,
} from '../projections/documents.ts';
import { type DumpOptions, dumpOfStreams } from '../projections/dump.ts';
import { foldStreams } from '../projections/fold-streams.ts';
import { type HistoryEntry, historyOf } from '../projections/history.ts';
import { type InventoryStore, inventory } from '../projections/inventory.ts';
import type { KeyedRow, KeyedRowsStore } from '../projections/keyed-rows.ts';
import type { Projection, ProjectionReads, TableProjection } from '../projections/projection.ts';
import { replayTo } from '../projections/replay.ts';
import { resolveWhen, type When } from '../projections/when.ts';
import type { Storage } from './storage.ts';
import { watched } from './watched.ts';

/** Everything that can be read, as of one position. */
export class View {
  /** The position of the log that it shows. */
  readonly position: bigint;
  readonly #storage: Storage;
  readonly #projections: ProjectionReads;
  readonly #inventory: InventoryStore;

  private constructor(storage: Storage, position: bigint, projections: ProjectionReads, rows: InventoryStore) {
    this.position = position;
    this.#storage = storage;
    this.#projections = projections;
    this.#inventory = rows;
  }

  /** The present, or by replay what was `at` a position or a time. */
  static async open(storage: Storage, at: When | undefined): Promise<View> {
    const { log, projector } = storage;
    if (at === undefined) return new View(storage, await projector.head(), projector, await projector.read(inventory));
    const position = await resolveWhen(watched(log, storage.onlooker), at);
    const replay = await replayTo(replayed(storage, position), position, storage.definitions);
    return new View(storage, position, replay, await replay.read(inventory));
  }

  /** The backends, by name. */
  backends(): BackendDocument[] {
    return backendDocuments(this.#inventory.states('backend'));
  }

  /** A backend. Throws `BackendNotFound`. */
  backend(name: string): BackendDocument {
    const state = this.#inventory.kept('backend', backendStream(name))?.state;
    if (state === undefined || state.backend === null) throw new ScoriaError(backendNotFound(name));
    return backendDocument(state);
  }

  /** Those that are not deleted. */
  volumes(filter: { readonly backend?: string; readonly name?: string } = {}): VolumeDocument[] {
    const states = this.#inventory.states(
      'volume',
      filter.backend === undefined ? {} : { backend_name: filter.backend },
    );
    return volumeDocuments(states.filter(({ volume }) => filter.name === undefined || volume?.name === filter.name));
  }

  /** A volume by its id, or by its name where only one has it. Throws `VolumeNotFound` or `AmbiguousName`. */
  volume(idOrName: string): VolumeDocument {
    const state = this.#live(volumeStream(idOrName));
    if (state !== null) return volumeDocument(state);
    const [named] = onlyOne(this.volumes({ name: idOrName }), 'volume', idOrName);
    if (named === undefined) throw new ScoriaError(volumeNotFound(idOrName));
    return named;
  }

  /** The snapshots: all, or those of a volume. */
  snapshots(volumeId?: string): SnapshotDocument[] {
    return snapshotDocuments(this.#volumeStates(volumeId));
  }

  /** A snapshot by its id, or by its name where only one has it. Throws `SnapshotNotFound` or `AmbiguousName`. */
  snapshot(idOrName: string): SnapshotDocument {
    const snapshots = this.snapshots();
    const found = snapshots.find(({ id }) => id === idOrName);
    if (found !== undefined) return found;
    const [named] = onlyOne(
      snapshots.filter(({ name }) => name === idOrName),
      'snapshot',
      idOrName,
    );
    if (named === undefined) throw new ScoriaError(snapshotNotFound(idOrName));
    return named;
  }

  /** The connections: all, or those of a volume. */
  connections(volumeId?: string): ConnectionDocument[] {
    return connectionDocuments(this.#volumeStates(volumeId));
  }

  /** A connection. Throws `ConnectionNotFound`. */
  connection(id: string): ConnectionDocument {
    const known = this.#inventory.resource(id);
    const found = known === null ? undefined : this.#live(known.stream)?.connections[id];
    if (found === undefined) throw new ScoriaError(connectionNotFound(id));
    return found;
  }

  /** The keys and their values. */
  keyValues(): KeyValueDocument[] {
    return keyValueDocuments(this.#inventory.states('key_value'));
  }

  /** The value of a key; `null` when it is not there. */
  keyValue(key: string): string | null {
    return this.#inventory.kept('key_value', keyValueStream(key))?.state.pair?.value ?? null;
  }

  /** Who did what, when and why: to a volume, snapshot, connection, backend or key (also one that is gone), or to all. */
  history(id?: string): AsyncIterable<HistoryEntry> {
    return historyOf(this.#watched, this.#inventory, id, { upTo: this.position });
  }

  /** The commands between two positions or times, one after the other, with how each ended. */
  async *report({ from, to, actor, volume }: ReportRange = {}): AsyncGenerator<ReportRow, void, void> {
    const log = this.#watched;
    const last = to === undefined ? this.position : earlier(this.position, await resolveWhen(log, to));
    const first = from === undefined ? 0n : await positionBefore(log, from);
    const bounds = { after: first, upTo: last };
    const stored = volume === undefined ? log.readAll(bounds) : within(bounds, log.readStream(volumeStream(volume)));
    yield* reportOf(decoded(stored), { actor });
  }

  /** How the capacity of a backend, or of all, went. */
  async capacity(backend?: string): Promise<CapacityPoint[]> {
    return capacityOf(await this.#projections.read(capacity), backend);
  }

  /** The whole inventory as canonical JSON, folded from the first event. */
  async dump(options: DumpOptions = {}): Promise<string> {
    return (await Array.fromAsync(this.dumpChunks(options))).join('');
  }

  /** The same in chunks: for a file, where a large one need not be in memory as one text. */
  async *dumpChunks(options: DumpOptions = {}): AsyncGenerator<string> {
    yield* dumpOfStreams(await foldStreams(replayed(this.#storage, this.position), this.position), options);
  }

  /** The events up to the position, oldest first: all, those after a position, or those of a stream. */
  async *events(filter: { readonly after?: bigint; readonly stream?: string } = {}): AsyncGenerator<ScoriaEvent> {
    const { after = 0n, stream } = filter;
    const log = this.#watched;
    const events = stream === undefined ? log.readAll({ after, upTo: this.position }) : log.readStream(stream);
    for await (const stored of events) {
      if (stored.position > this.position) return;
      if (stored.position > after) yield asScoriaEvent(decode(stored));
    }
  }

  /** The events as NDJSON, byte for byte as they are hashed. `engine.load` brings them back. */
  exportEvents(): AsyncIterable<string> {
    return exportEvents(this.#watched, { upTo: this.position });
  }

  /** The rows of one of the caller's own projections, by key: all, or those whose keys begin with `prefix`. */
  async projection<Row extends Json = Json>(
    projection: Projection<Row> | string,
    { prefix }: { readonly prefix?: string | undefined } = {},
  ): Promise<readonly KeyedRow<Row>[]> {
    return (await this.#rowsOf(projection)).list(prefix);
  }

  /** One row of such a projection; `null` when there is none. */
  async projectionRow<Row extends Json = Json>(projection: Projection<Row> | string, key: string): Promise<Row | null> {
    return (await this.#rowsOf(projection)).get(key) ?? null;
  }

  #rowsOf<Row extends Json>(projection: Projection<Row> | string): Promise<KeyedRowsStore<Row>> {
    const { name, version } = typeof projection === 'string' ? { name: projection, version: undefined } : projection;
    const definition = this.#storage.definitions.find((one) => one.name === name && one !== inventory);
    if (definition === undefined || (version !== undefined && version !== definition.version)) {
      throw new ScoriaError(
        rejections.ProjectionNotFound(
          `there is no projection "${name}"${version === undefined ? '' : ` version ${version}`} that has rows by key`,
          'register it with createEngine({ projections: [...] }), with --projection, or under projections: in scoria.yaml',
        ),
      );
    }
    return this.#projections.read(definition as TableProjection<KeyedRowsStore<Row>>);
  }

  get #watched() {
    return watched(this.#storage.log, this.#storage.onlooker);
  }

  #live(stream: string): VolumeState | null {
    const state = this.#inventory.kept('volume', stream)?.state;
    return state === undefined || state.volume === null || state.volume.status === 'deleted' ? null : state;
  }

  #volumeStates(volumeId: string | undefined): readonly VolumeState[] {
    if (volumeId === undefined) return this.#inventory.states('volume');
    const state = this.#live(volumeStream(volumeId));
    if (state === null) throw new ScoriaError(volumeNotFound(volumeId));
    return [state];
  }
}

/** Which commands a report is about: all, unless given. */
export interface ReportRange extends ReportFilter {
  /** The first position or time. */
  readonly from?: When | undefined;
  /** The last position or time. */
  readonly to?: When | undefined;
  /** The id of a volume. */
  readonly volume?: string | undefined;
}

/** `Math.min` takes no bigint. */
const earlier = (a: bigint, b: bigint): bigint => (a > b ? b : a);

/** The position after which what happened at `when` begins. */
const positionBefore = async (log: Parameters<typeof resolveWhen>[0], when: When): Promise<bigint> => {
  if (typeof when === 'bigint' || (typeof when === 'string' && /^\d+$/.test(when))) return BigInt(when) - 1n;
  const ms = when instanceof Date ? when.getTime() : Date.parse(when);
  return resolveWhen(log, Number.isNaN(ms) ? when : new Date(ms - 1));
};

async function* within(
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
  events: AsyncIterable<StoredEvent>,
): AsyncGenerator<StoredEvent> {
  for await (const event of events) if (event.position > after && event.position <= upTo) yield event;
}

async function* decoded(events: AsyncIterable<StoredEvent>): AsyncGenerator<RecordedEvent> {
  for await (const event of events) yield decode(event);
}

const replayed = ({ log, onlooker }: Storage, upTo: bigint) =>
  watched(log, onlooker, { work: 'replay', subject: 'the record', upTo });

/** Refuses a name that several resources have. */
export const onlyOne = <Item>(items: readonly Item[], what: string, name: string): readonly Item[] => {
  if (items.length <= 1) return items;
  throw new ScoriaError(
    rejections.AmbiguousName(`${items.length} ${what}s are named "${name}"`, `give the ${what}'s id`, { name }),
  );
};
