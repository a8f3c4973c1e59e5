import type { Json, JsonObject } from './json.ts';

export interface Actor {
  readonly user: string;
  readonly project: string;
}

/** Who, when, why and in answer to what. Written with every event. */
export interface EventMeta {
  /** ISO 8601 in UTC, with milliseconds, by the executor's clock. */
  readonly at: string;
  readonly actor: Actor;
  /** The command's name (`CreateVolume`) and the id that makes repeating it harmless. */
  readonly command: string;
  readonly commandId: string;
  /** SHA-256 (hex) of the command's canonical JSON: the same id with other content is refused. */
  readonly commandDigest: string;
  /** The id of the first command of a chain of operations. */
  readonly correlationId: string;
  /** The id of the event that led to this one, or the command's id where none did. */
  readonly causationId: string;
  readonly reason?: string;
  /** Of an outcome: whoever went on with an interrupted operation found it out by asking. */
  readonly recovered?: true;
  /** The process that wrote the event: `host/pid/instance`. */
  readonly executor: string;
  /** SHA-256 (hex) of the previous event of the stream; 64 zeros before the first. */
  readonly prev: string;
}

/** What a decider returns: a fact without its envelope. */
export interface NewEvent<Type extends string = string, Data = JsonObject> {
  readonly type: Type;
  readonly v: number;
  readonly data: Data;
}

/** An event as readers see it: in today's version, with its place in its stream and in the log. */
export interface RecordedEvent<Type extends string = string, Data = JsonObject> extends NewEvent<Type, Data> {
  readonly id: string;
  readonly stream: string;
  /** Place in the stream, from 0. */
  readonly revision: bigint;
  /** Place in the log, ascending, from 1; gaps are possible, a number is never used twice. */
  readonly position: bigint;
  readonly meta: EventMeta & { readonly hash: string };
}

/**
 * An event as a log stores it. `body` is the canonical JSON (RFC 8785) of
 * `{ stream, revision (decimal string), id, type, v, data, meta }`, and `hash` covers exactly that text.
 */
export interface StoredEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly body: string;
  readonly hash: string;
}

export const FIRST_PREV = '0'.repeat(64);

/** The revision of a stream that holds nothing yet. */
export const NO_STREAM = -1n;

export type EventBody = Omit<RecordedEvent, 'position' | 'revision' | 'meta'> & {
  readonly revision: string;
  readonly meta: EventMeta;
};

/** The event as one JSON object, as `events list --json` and `events export` write it. */
export const eventToJson = (event: RecordedEvent<string, unknown>): Json =>
  ({ ...event, revision: String(event.revision), position: String(event.position) }) as unknown as Json;
