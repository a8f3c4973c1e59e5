import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type DatabaseRecord, openRecordsFile, type ProposedEvent, TOMBSTONE } from './records.ts';

export type Expected = bigint | 'no-stream' | 'any' | 'stream-exists';

export type WriteResult =
  | { readonly revision: bigint; readonly position: bigint }
  | { readonly wrongVersion: bigint }
  | 'deleted';

export interface StreamMetadata {
  readonly $maxCount?: number;
  readonly $maxAge?: number;
  readonly $tb?: number;
}

/** What a soft delete puts before the stream: everything that is there is gone. */
const ALL_GONE = Number.MAX_SAFE_INTEGER;
const TICKS_PER_MILLISECOND = 10_000n;
const HEADER_BYTES = 120;

const metastreamOf = (stream: string): string => `$$${stream}`;

/** Streams, their rules, and the global order: what the facts of a real server say about writing and reading. */
export class Database {
  readonly #file: string;
  readonly #write: (records: readonly DatabaseRecord[]) => void;
  readonly #streams = new Map<string, DatabaseRecord[]>();
  readonly #watchers = new Set<() => void>();
  #all: DatabaseRecord[];
  #end = 0n;
  #known = 0n;

  constructor(file: string) {
    const { records, write } = openRecordsFile(file);
    this.#file = file;
    this.#write = write;
    this.#all = records;
    for (const record of records) this.#take(record);
  }

  /** The records in order; later ones are added to the same array. */
  get all(): readonly DatabaseRecord[] {
    return this.#all;
  }

  /** Calls `watcher` after every write, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): WriteResult {
    const current = this.#lastRevision(stream);
    if (current === TOMBSTONE) return 'deleted';
    const repeated = this.#repeated(stream, expected, events);
    if (repeated !== undefined) return repeated;
    if (!this.#fits(stream, expected, current)) return { wrongVersion: current };
    if (events.length > 0 && this.metadata(stream).$tb === ALL_GONE)
      this.#setMetadata(stream, { ...this.metadata(stream), $tb: Number(current + 1n) });
    this.#store(events.map((event, index) => ({ ...event, stream, revision: current + 1n + BigInt(index) })));
    return { revision: current + BigInt(events.length), position: this.#all.at(-1)?.position ?? 0n };
  }

  /** A missing stream is refused as one at -1 whose caller expected -2. */
  delete(stream: string, expected: Expected): WriteResult {
    const current = this.#lastRevision(stream);
    if (current === TOMBSTONE) return 'deleted';
    if (current < 0n || !this.#fits(stream, expected, current)) return { wrongVersion: current };
    this.#setMetadata(stream, { ...this.metadata(stream), $tb: ALL_GONE });
    return { revision: current, position: this.#end };
  }

  tombstone(stream: string, expected: Expected): WriteResult {
    const current = this.#lastRevision(stream);
    if (current === TOMBSTONE) return 'deleted';
    if (!this.#fits(stream, expected, current)) return { wrongVersion: current };
    const empty = Buffer.alloc(0);
    const event = { id: randomUUID(), type: '$streamDeleted', json: false, data: empty, metadata: empty };
    this.#store([{ ...event, stream, revision: TOMBSTONE }]);
    return { revision: TOMBSTONE, position: this.#end };
  }

  /** What a reader of the stream finds: nothing that its metadata drops. */
  stream(name: string): readonly DatabaseRecord[] | 'missing' | 'deleted' {
    const records = this.#streams.get(name) ?? [];
    if (this.#lastRevision(name) === TOMBSTONE) return 'deleted';
    const kept = records.filter((record) => this.#isKept(record));
    const gone = (this.metadata(name).$tb ?? 0) === ALL_GONE;
    return records.length === 0 || gone ? 'missing' : kept;
  }

  metadata(stream: string): StreamMetadata {
    const last = this.#streams.get(metastreamOf(stream))?.at(-1);
    return last === undefined ? {} : (JSON.parse(last.data.toString()) as StreamMetadata);
  }

  /** The ids of what is written by now are out of the window in which repeated ones are known. */
  forget(): void {
    this.#known = this.#end;
  }

  /** Removes for ever what no reader of a stream finds any more. */
  scavenge(): void {
    const kept = this.#all.filter(
      (record) =>
        record.revision === TOMBSTONE || (this.#lastRevision(record.stream) !== TOMBSTONE && this.#isKept(record)),
    );
    writeFileSync(this.#file, '');
    this.#streams.clear();
    this.#all = kept;
    this.#write(kept);
    for (const record of kept) this.#take(record);
  }

  #isKept({ stream, revision, created }: DatabaseRecord): boolean {
    const { $maxCount, $maxAge, $tb } = this.metadata(stream);
    const last = this.#lastRevision(stream);
    const age = (BigInt(Date.now()) * TICKS_PER_MILLISECOND - created) / (1000n * TICKS_PER_MILLISECOND);
    return (
      ($maxCount === undefined || revision > last - BigInt($maxCount)) &&
      ($maxAge === undefined || age < BigInt($maxAge)) &&
      ($tb === undefined || revision >= BigInt($tb))
    );
  }

  #lastRevision(stream: string): bigint {
    return this.#streams.get(stream)?.at(-1)?.revision ?? -1n;
  }

  #fits(stream: string, expected: Expected, current: bigint): boolean {
    if (expected === 'any') return true;
    const exists = this.stream(stream) !== 'missing';
    if (expected === 'stream-exists') return exists;
    if (expected === 'no-stream') return !exists;
    return expected === current;
  }

  /** The first result of a write whose events all stand where it would have put them. */
  #repeated(stream: string, expected: Expected, events: readonly ProposedEvent[]): WriteResult | undefined {
    const records = this.#streams.get(stream) ?? [];
    const first =
      typeof expected === 'bigint' || expected === 'no-stream'
        ? (expected === 'no-stream' ? -1n : expected) + 1n
        : records.find(({ id }) => id === events[0]?.id)?.revision;
    const offset = records.findIndex(({ revision }) => revision === first);
    if (events.length === 0 || offset === -1 || (records[offset]?.position ?? 0n) < this.#known) return undefined;
    if (!events.every(({ id }, index) => records[offset + index]?.id === id)) return undefined;
    const last = records[offset + events.length - 1] as DatabaseRecord;
    return { revision: last.revision, position: last.position };
  }

  #setMetadata(stream: string, metadata: StreamMetadata): void {
    const metastream = metastreamOf(stream);
    const data = Buffer.from(JSON.stringify(metadata));
    const event = { id: randomUUID(), type: '$metadata', json: true, data, metadata: Buffer.alloc(0) };
    this.#store([{ ...event, stream: metastream, revision: this.#lastRevision(metastream) + 1n }]);
  }

  #store(events: readonly Omit<DatabaseRecord, 'position' | 'created'>[]): void {
    if (events.length === 0) return;
    const created = BigInt(Date.now()) * TICKS_PER_MILLISECOND;
    let position = this.#end;
    const records = events.map((event) => {
      const record = { ...event, position, created };
      position = afterRecord(record);
      return record;
    });
    this.#write(records);
    this.#all.push(...records);
    for (const record of records) this.#take(record);
    for (const watcher of this.#watchers) watcher();
  }

  #take(record: DatabaseRecord): void {
    const records = this.#streams.get(record.stream);
    if (records === undefined) this.#streams.set(record.stream, [record]);
    else records.push(record);
    this.#end = afterRecord(record);
  }
}

/** Positions are places in a file. */
const afterRecord = ({ position, stream, data, metadata }: DatabaseRecord): bigint =>
  position + BigInt(HEADER_BYTES + stream.length + data.length + metadata.length);
