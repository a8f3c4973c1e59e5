import fc from 'fast-check';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { describe, expect } from 'vitest';
import { canonicalJson } from '../src/audit/canonical.ts';
import { EMPTY_STREAM, seal } from '../src/commands/envelope.ts';
import type { AnyEventDefinition } from '../src/domain/aggregate.ts';
import type { NewEvent, RecordedEvent } from '../src/domain/event.ts';
import { aggregateOf, decode, evolveStream, type StreamKind, type StreamState } from '../src/domain/streams.ts';
import { accepted } from './model/from-schema.ts';
import { asKept } from './model/record.ts';
import { law } from './model/runs.ts';

const PREFIXES: Readonly<Record<StreamKind, string>> = { volume: 'volume-v0', backend: 'backend-b', key_value: 'kv-k' };
const KINDS = Object.keys(PREFIXES) as StreamKind[];

const definitionsOf = (kind: StreamKind): readonly AnyEventDefinition<never>[] =>
  Object.values(aggregateOf(kind).events) as unknown as readonly AnyEventDefinition<never>[];

/** Any event of today's versions that a stream of this kind may hold. */
const eventOf = (kind: StreamKind): fc.Arbitrary<NewEvent<string, unknown>> =>
  fc.oneof(...definitionsOf(kind).map((definition) => accepted(definition.schema).map(definition.of)));

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const meta = fc.record(
  {
    actor: fc.record({ user: text, project: text }, { noNullPrototype: true }),
    command: text,
    commandId: fc.uuid(),
    commandDigest: text,
    correlationId: fc.uuid(),
    causationId: fc.uuid(),
    reason: text,
  },
  {
    noNullPrototype: true,
    requiredKeys: ['actor', 'command', 'commandId', 'commandDigest', 'correlationId', 'causationId'],
  },
);

const stored = (
  kind: StreamKind,
  events: readonly NewEvent<string, unknown>[],
  of: fc.RecordValue<typeof meta> | never,
) => {
  if (!isNonEmpty(events)) return [];
  const author = { executor: 'host/1/one', now: () => new Date(Date.UTC(2026, 0, 1)) };
  const { events: sealed } = seal(PREFIXES[kind], EMPTY_STREAM, events, of as never, author);
  return sealed.map((event, index) => ({ ...event, position: BigInt(index + 1) }));
};

const streamOf = (maxLength: number) =>
  fc
    .constantFrom(...KINDS)
    .chain((kind) =>
      fc.tuple(fc.constant(kind), fc.array(eventOf(kind), { minLength: 1, maxLength, size: 'max' }), meta),
    );

describe('an event', () => {
  law(
    'is read as it was written, whatever its data, and its body is canonical',
    400,
    fc.asyncProperty(streamOf(3), async ([kind, events, given]) => {
      for (const [index, event] of stored(kind, events, given as never).entries()) {
        const written = events[index];
        const read = decode(event);
        expect({ type: read.type, v: read.v, data: read.data }).toStrictEqual(asKept(written));
        expect(read.meta).toMatchObject(given);
        expect(read.meta.hash).toBe(event.hash);
        expect(canonicalJson(JSON.parse(event.body))).toBe(event.body);
      }
    }),
  );
});

describe('folding', () => {
  law(
    'any events in any order never throws, and never leaves the schema of the state',
    300,
    fc.asyncProperty(streamOf(12), async ([kind, events, given]) => {
      let state: StreamState | null = null;
      for (const event of stored(kind, events, given as never).map((one): RecordedEvent => decode(one))) {
        state = evolveStream(kind, state as never, event);
        expect(aggregateOf(kind).state.safeParse(state).error).toBeUndefined();
        // The kept state, read back, is the same: replay may go on from it.
        expect(aggregateOf(kind).state.parse(asKept(state))).toEqual(state);
      }
    }),
  );
});
