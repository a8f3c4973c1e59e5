import type { Either } from 'fp-ts/lib/Either.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { StoredEvent } from '../domain/event.ts';
import type { Leases } from './leases.ts';

/** The stream stood elsewhere than the caller thought; nothing was written. */
export interface WrongRevision {
  readonly stream: string;
  readonly expected: bigint;
  /** The stream's last revision, `-1n` when it holds nothing. */
  readonly actual: bigint;
}

export type EventToAppend = Omit<StoredEvent, 'position'>;

/** Events for one stream. Their revisions must follow `expectedRevision` without a gap. */
export interface Append {
  readonly stream: string;
  /** The stream's last revision as the decider saw it, `-1n` (NO_STREAM) when it held nothing. */
  readonly expectedRevision: bigint;
  readonly events: ReadonlyNonEmptyArray<EventToAppend>;
}

export type AppendResult = Either<WrongRevision, ReadonlyNonEmptyArray<StoredEvent>>;

/** Later than `after`, not later than `upTo`. */
export interface LogBounds {
  readonly after?: bigint;
  readonly upTo?: bigint;
}

/**
 * An append-only record of events. Every adapter passes `describeEventLog` (`src/testing/event-log/suite.ts`).
 *
 * Failures other than a wrong revision are thrown as `ScoriaError` of kind `log`.
 */
export interface EventLog {
  /** `memory`, `sqlite:/path/to/file`, ...: for people and for error messages; holds no credential. */
  readonly name: string;

  /**
   * Appends durably, all events or none. Repeating an append with the same event ids and the same expected revision
   * returns the first result and writes nothing.
   */
  append(append: Append): Promise<AppendResult>;

  /**
   * Appends to several streams in one transaction, in this order: all, or none and `WrongRevision`. Repeating it is
   * harmless. Absent where the log has no such transaction.
   */
  appendAll?(appends: readonly Append[]): Promise<void>;

  /**
   * Appends to several streams in one transaction, into a log that holds no event at all; throws `LogNotEmpty` when
   * it does. This is how a dump is loaded.
   */
  appendToEmpty(appends: Iterable<Append>): Promise<void>;

  /** The events of one stream in order, both bounds inclusive. */
  readStream(stream: string, bounds?: { readonly from?: bigint; readonly to?: bigint }): AsyncIterable<StoredEvent>;

  /** The events of the log in order: later than `after`, not later than `upTo`. */
  readAll(bounds?: LogBounds): AsyncIterable<StoredEvent>;

  /** The same by the page, none of them empty: whoever folds very many events need not wait for each. */
  readPages(bounds?: LogBounds): AsyncIterable<readonly StoredEvent[]>;

  /** Like `readAll`, then goes on with events as they come (of other processes too), until `signal` aborts it. */
  subscribe(options?: { readonly after?: bigint; readonly signal?: AbortSignal }): AsyncIterable<StoredEvent>;

  /** The position of the last event, `0n` when there is none. */
  head(): Promise<bigint>;

  /** Whether positions are 1, 2, 3 and so on, so that they count the events. */
  readonly gapless?: true;

  /** Who of those that work on this log is alive. Without it, only a host's own kernel tells. */
  readonly leases?: Leases;

  close(): Promise<void>;
}
