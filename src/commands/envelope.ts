import { hash } from 'node:crypto';
import { map as mapNonEmpty, type ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { canonicalJson } from '../audit/canonical.ts';
import { hashBody } from '../audit/chain.ts';
import { type Actor, FIRST_PREV, type NewEvent, NO_STREAM } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import { eventDefinitions } from '../domain/streams.ts';
import type { Append } from '../eventlog/port.ts';
import { newId } from '../new-id.ts';
import { problemsIn } from './parse.ts';

/** What all events of one command share. */
export interface CommandMeta {
  readonly actor: Actor;
  readonly command: string;
  readonly commandId: string;
  readonly commandDigest: string;
  readonly correlationId: string;
  readonly reason?: string | undefined;
  /** The outcome was found by asking, by whoever went on with the operation. */
  readonly recovered?: true;
}

export interface Author {
  readonly executor: string;
  now(): Date;
}

/** Where a stream stands: what the next event follows. */
export interface StreamHead {
  readonly revision: bigint;
  readonly hash: string;
}

export const EMPTY_STREAM: StreamHead = { revision: NO_STREAM, hash: FIRST_PREV };

/** Keeps what a replay needs to be well defined: data that its definition accepts, in today's version. */
const validated = ({ type, v, data }: NewEvent<string, unknown>): Json => {
  const definition = eventDefinitions.get(type);
  if (definition === undefined || definition.version !== v) throw new TypeError(`no event ${type} v${v} is defined`);
  return definition.schema.parse(data) as Json;
};

/** Why the definitions of the events refuse their data; `null` when they accept it. */
export const whyUnrecordable = (events: readonly NewEvent<string, unknown>[]): string | null => {
  for (const { type, data } of events) {
    const parsed = eventDefinitions.get(type)?.schema.safeParse(data);
    if (parsed === undefined) return `no event ${type} is defined`;
    if (!parsed.success) return problemsIn(parsed.error);
  }
  return null;
};

/**
 * Gives events their envelopes: ids, places in the stream and the chain of hashes. Made once per append, so that its
 * repeats carry the same ids.
 */
export const seal = (
  stream: string,
  head: StreamHead,
  events: ReadonlyNonEmptyArray<NewEvent<string, unknown>>,
  meta: CommandMeta & { readonly causationId: string },
  author: Author,
): Append => {
  const at = author.now().toISOString();
  let { revision, hash: prev } = head;
  const sealed = mapNonEmpty((event: NewEvent<string, unknown>) => {
    revision += 1n;
    const id = newId();
    const { reason, ...required } = meta;
    const body = canonicalJson({
      data: validated(event),
      id,
      meta: {
        ...required,
        ...(reason === undefined ? {} : { reason }),
        at,
        executor: author.executor,
        prev,
      } as unknown as Json,
      revision: String(revision),
      stream,
      type: event.type,
      v: event.v,
    });
    prev = hashBody(body);
    return { stream, revision, id, body, hash: prev };
  })(events);
  return { stream, expectedRevision: head.revision, events: sealed };
};

/** What makes two commands the same: their names and their content. */
export const commandDigest = (name: string, input: Json): string =>
  hash('sha256', `scoria/command/v1\n${canonicalJson({ input, name })}`);
