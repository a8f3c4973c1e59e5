import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { EventRole } from '../domain/aggregate.ts';
import type { RecordedEvent } from '../domain/event.ts';
import {
  aggregateOf,
  eventDefinitions,
  evolveStream,
  kindOf,
  type StreamKind,
  type StreamState,
  type StreamStates,
} from '../domain/streams.ts';
import type { VolumeState } from '../domain/volume/volume.ts';
import type { ProjectionStore, TableProjection } from './projection.ts';
import { createRecentStates } from './recent-states.ts';

/** The folded state of a stream, at its revision. */
export interface KeptState<Kind extends StreamKind = StreamKind> {
  readonly state: StreamStates[Kind];
  readonly revision: bigint;
  /** The hash of the stream's last event. */
  readonly hash: string;
}

/** Where a command was first decided. */
export interface KnownCommand {
  readonly stream: string;
  readonly revision: bigint;
  readonly digest: string;
}

/** A snapshot or a connection, which live in their volume's stream; known for ever once it was asked for. */
export interface KnownResource {
  readonly kind: 'snapshot' | 'connection';
  readonly stream: string;
}

export interface InventoryStore extends ProjectionStore {
  kept<Kind extends StreamKind>(kind: Kind, stream: string): KeptState<Kind> | null;
  /** The state of a stream; the initial state when it holds nothing. */
  state<Kind extends StreamKind>(kind: Kind, stream: string): StreamStates[Kind];
  command(commandId: string): KnownCommand | null;
  resource(id: string): KnownResource | null;
  /** The states of a kind that are there (not deleted), by stream. */
  states<Kind extends StreamKind>(kind: Kind, filter?: { readonly backend_name?: string }): StreamStates[Kind][];
  /** Streams of volumes by the name of the volume, or of one of its snapshots. */
  streamsNamed(kind: 'volume' | 'snapshot', name: string): readonly string[];
  /** Streams with an open intent. */
  openStreams(): readonly { readonly stream: string; readonly kind: StreamKind }[];
  /** Streams with a question that is open. */
  questionedStreams(): readonly { readonly stream: string; readonly kind: StreamKind }[];
  /** Volume streams of a backend with an open intent. */
  busyStreams(backend_name: string): readonly string[];
}

const TABLES = (prefix: string) => `
  CREATE TABLE ${prefix}_streams (
    stream TEXT PRIMARY KEY, kind TEXT NOT NULL, live INTEGER NOT NULL, busy INTEGER NOT NULL,
    name TEXT, backend_name TEXT, revision INTEGER NOT NULL, hash TEXT NOT NULL, doc TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ${prefix}_resources (id TEXT PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL, name TEXT) STRICT;
  CREATE TABLE ${prefix}_commands (
    id TEXT PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, digest TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`;

const INDEXES = (prefix: string) => `
  CREATE INDEX ${prefix}_streams_name ON ${prefix}_streams (name) WHERE name IS NOT NULL;
  CREATE INDEX ${prefix}_resources_name ON ${prefix}_resources (name) WHERE name IS NOT NULL;`;

interface Columns {
  readonly live: boolean;
  readonly name: string | null;
  readonly backend_name: string | null;
}

const columnsOf = (kind: StreamKind, state: StreamState): Columns => {
  if (kind === 'volume') {
    const { volume } = state as VolumeState;
    const live = volume !== null && volume.status !== 'deleted';
    return { live, name: live ? volume.name : null, backend_name: volume?.backend_name ?? null };
  }
  const live = isLive(state);
  return { live, name: null, backend_name: null };
};

/** Events that end a command, and do not begin it. */
const ENDS: readonly (EventRole | undefined)[] = ['outcome', 'unknown'];

const isLive = (state: StreamState): boolean => {
  if ('backend' in state) return state.backend !== null;
  return 'pair' in state && state.pair !== null;
};

const openInventory = (db: DatabaseSync, prefix: string): InventoryStore => {
  const selectOne = db.prepare(`SELECT revision, hash, doc FROM ${prefix}_streams WHERE stream = ?`);
  selectOne.setReadBigInts(true);
  const selectKind = db.prepare(
    `SELECT doc FROM ${prefix}_streams WHERE kind = ?1 AND live = 1 AND (?2 IS NULL OR backend_name = ?2) ORDER BY stream`,
  );
  const insert = db.prepare(
    `INSERT INTO ${prefix}_streams (live, busy, revision, hash, doc, stream, kind, name, backend_name)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE ${prefix}_streams SET live = ?, busy = ?, revision = ?, hash = ?, doc = ? WHERE stream = ?`,
  );
  /** Apart, because setting a name writes the index of names even where the name stays. */
  const rename = db.prepare(`UPDATE ${prefix}_streams SET name = ?, backend_name = ? WHERE stream = ?`);
  const selectNamed = db.prepare(`SELECT stream FROM ${prefix}_streams WHERE name = ? AND kind = 'volume'`);
  const selectOpen = db.prepare(`SELECT stream, kind FROM ${prefix}_streams WHERE busy = 1 ORDER BY stream`);
  const selectQuestioned = db.prepare(
    `SELECT stream, kind FROM ${prefix}_streams
     WHERE kind <> 'key_value' AND json_array_length(doc, '$.questions') > 0 ORDER BY stream`,
  );
  const selectBusy = db.prepare(`SELECT stream FROM ${prefix}_streams WHERE busy = 1 AND backend_name = ?`);
  const selectResource = db.prepare(`SELECT kind, stream FROM ${prefix}_resources WHERE id = ?`);
  const selectResourceNamed = db.prepare(`SELECT stream FROM ${prefix}_resources WHERE name = ? AND kind = ?`);
  const upsertResource = db.prepare(
    `INSERT INTO ${prefix}_resources (id, kind, stream, name) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
  );
  const selectCommand = db.prepare(`SELECT stream, revision, digest FROM ${prefix}_commands WHERE id = ?`);
  selectCommand.setReadBigInts(true);
  const insertCommand = db.prepare(
    `INSERT OR IGNORE INTO ${prefix}_commands (id, stream, revision, digest) VALUES (?, ?, ?, ?)`,
  );

  const recent = createRecentStates();

  const kept = <Kind extends StreamKind>(_kind: Kind, stream: string): KeptState<Kind> | null => {
    const known = recent.get<Kind>(stream);
    if (known !== undefined) return known;
    const row = selectOne.get(stream);
    if (row === undefined) return null;
    const { revision, hash, doc } = row as { revision: bigint; hash: string; doc: string };
    const read: KeptState<Kind> = { state: JSON.parse(doc), revision, hash };
    recent.set(stream, read);
    return read;
  };

  const writeResources = (
    stream: string,
    before: VolumeState | undefined,
    after: VolumeState,
    passed: ReadonlyMap<string, KnownResource['kind']>,
  ): void => {
    const write = (kind: KnownResource['kind'], id: string, name: string | null) =>
      upsertResource.run(id, kind, stream, name);
    for (const [id, { name }] of Object.entries(after.snapshots)) {
      if (before?.snapshots[id] === undefined) write('snapshot', id, name);
    }
    for (const id of Object.keys(before?.snapshots ?? {})) {
      if (after.snapshots[id] === undefined) write('snapshot', id, null);
    }
    for (const id of Object.keys(after.connections)) {
      if (before?.connections[id] === undefined) write('connection', id, null);
    }
    for (const [id, kind] of passed) {
      if (after.snapshots[id] === undefined && after.connections[id] === undefined) write(kind, id, null);
    }
  };

  const write = (stream: string, { kind, before, state, last, passed }: Folded): void => {
    const { live, name, backend_name } = columnsOf(kind, state);
    const { revision } = last;
    const { hash } = last.meta;
    const moved = [live ? 1 : 0, state.open.length > 0 ? 1 : 0, revision, hash, JSON.stringify(state), stream];
    if (before === undefined) insert.run(...moved, kind, name, backend_name);
    else {
      update.run(...moved);
      const former = columnsOf(kind, before);
      if (former.name !== name || former.backend_name !== backend_name) rename.run(name, backend_name, stream);
    }
    recent.set(stream, { state, revision, hash });
    if (kind === 'volume') writeResources(stream, before as VolumeState | undefined, state as VolumeState, passed);
  };

  return {
    kept,
    state: (kind, stream) => kept(kind, stream)?.state ?? aggregateOf(kind).initial,
    command: (commandId) => (selectCommand.get(commandId) as unknown as KnownCommand | undefined) ?? null,
    resource: (id) => (selectResource.get(id) as unknown as KnownResource | undefined) ?? null,
    states: (kind, filter = {}) =>
      selectKind.all(kind, filter.backend_name ?? null).map(({ doc }) => JSON.parse(doc as string)),
    streamsNamed: (kind, name) =>
      (kind === 'volume' ? selectNamed.all(name) : selectResourceNamed.all(name, kind)).map(streamOf),
    openStreams: () => selectOpen.all().map(streamAndKind),
    questionedStreams: () => selectQuestioned.all().map(streamAndKind),
    busyStreams: (backend_name) => selectBusy.all(backend_name).map(streamOf),
    standsAt: recent.standsAt,
    forget: recent.forget,
    apply(events) {
      const [first] = events;
      if (first === undefined) return;
      // An append moves rows that stand right before it; a page of a catch-up may begin anywhere.
      recent.standsAt(first.position - 1n);
      // Before its first event a stream has no row.
      const folded = foldByStream(events, (kind, { stream, revision }) =>
        revision === 0n ? undefined : kept(kind, stream)?.state,
      );
      for (const [stream, fold] of folded) write(stream, fold);
      for (const { type, meta, stream, revision } of events) {
        // An outcome follows its intent, which was the command's first event, or stands in another log.
        if (ENDS.includes(eventDefinitions.get(type)?.role)) continue;
        insertCommand.run(meta.commandId, stream, revision, meta.commandDigest);
      }
      recent.movedTo((events.at(-1) ?? first).position);
    },
  };
};

const streamAndKind = (row: Record<string, SQLOutputValue>) => ({
  stream: streamOf(row),
  kind: row.kind as StreamKind,
});

const streamOf = (row: Record<string, SQLOutputValue>): string => row.stream as string;

interface Folded {
  readonly kind: StreamKind;
  readonly before: StreamState | undefined;
  readonly state: StreamState;
  readonly last: RecordedEvent;
  /** The snapshots and connections that any of the events brought: one that went again in the same batch is known too. */
  readonly passed: Map<string, KnownResource['kind']>;
}

/** Folds a batch so that each stream is read and written once, however many of its events the batch holds. */
const foldByStream = (
  events: readonly RecordedEvent[],
  stateBefore: (kind: StreamKind, event: RecordedEvent) => StreamState | undefined,
): ReadonlyMap<string, Folded> => {
  const folded = new Map<string, Folded>();
  for (const event of events) {
    const kind = kindOf(event.stream);
    if (kind === null) continue;
    const earlier = folded.get(event.stream);
    const before = earlier === undefined ? stateBefore(kind, event) : earlier.before;
    const previous = earlier?.state ?? before;
    const state = evolveStream(kind, previous ?? null, event);
    const passed = earlier?.passed ?? new Map();
    if (kind === 'volume') notePassing(passed, previous as VolumeState | undefined, state as VolumeState);
    folded.set(event.stream, { kind, before, state, last: event, passed });
  }
  return folded;
};

const notePassing = (passed: Folded['passed'], before: VolumeState | undefined, after: VolumeState): void => {
  if (before?.snapshots !== after.snapshots) for (const id of Object.keys(after.snapshots)) passed.set(id, 'snapshot');
  if (before?.connections === after.connections) return;
  for (const id of Object.keys(after.connections)) passed.set(id, 'connection');
};

/**
 * Backends, volumes (with their snapshots and connections) and key-values as they are now. Its rows are also the kept
 * state that commands are decided on, and its commands are how a repeated command finds its first outcome.
 */
export const inventory: TableProjection<InventoryStore> = {
  name: 'inventory',
  version: 4,
  moves: 'with appends',
  tables: ['streams', 'resources', 'commands'],
  create: (db, prefix) => db.exec(TABLES(prefix)),
  createIndexes: (db, prefix) => db.exec(INDEXES(prefix)),
  open: openInventory,
};
