import fc from 'fast-check';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../src/audit/canonical.ts';
import { EMPTY_STREAM, seal } from '../src/commands/envelope.ts';
import { type AnyEventDefinition, eventsOf, nextVersion, type OpenWork } from '../src/domain/aggregate.ts';
import type { NewEvent, RecordedEvent } from '../src/domain/event.ts';
import {
  aggregateOf,
  decode,
  decodeWith,
  evolveStream,
  type StreamKind,
  type StreamState,
} from '../src/domain/streams.ts';
import { asKept } from './model/folds.ts';
import { accepted } from './model/from-schema.ts';
import { law } from './model/runs.ts';

const PREFIXES: Readonly<Record<StreamKind, string>> = {
  volume: 'volume-v0',
  backend: 'backend-b',
  key_value: 'kv-k',
  audit: 'audit',
};
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

const stored = (kind: StreamKind, events: readonly NewEvent<string, unknown>[], of: Parameters<typeof seal>[3]) => {
  if (!isNonEmpty(events)) return [];
  const author = { executor: 'host/1/one', now: () => new Date(Date.UTC(2026, 0, 1)) };
  const { events: sealed } = seal(PREFIXES[kind], EMPTY_STREAM, events, of, author);
  return sealed.map((event, index) => ({ ...event, position: BigInt(index + 1) }));
};

const streamOf = (maxLength: number) =>
  fc
    .constantFrom(...KINDS)
    .chain((kind) => fc.tuple(fc.constant(kind), fc.array(eventOf(kind), { minLength: 1, maxLength }), meta));

describe('an event', () => {
  law(
    'is read as it was written, whatever its data, and its body is canonical',
    600,
    fc.asyncProperty(streamOf(3), async ([kind, events, given]) => {
      for (const [index, event] of stored(kind, events, given).entries()) {
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

/** An event that has had three versions, and how a size is said in each. */
const events = eventsOf<OpenWork>();
const first = events.fact('ToySized', z.strictObject({ size: z.int() }));
const same = (state: OpenWork): OpenWork => state;
const second = nextVersion(first, z.strictObject({ gib: z.int() }), same, ({ size }) => ({ gib: size as number }));
const third = nextVersion(second, z.strictObject({ gib: z.int(), unit: z.literal('GiB') }), same, (data) => ({
  ...data,
  unit: 'GiB',
}));

describe('an event of an old version', () => {
  law(
    'is read as if it had been written today, whichever version reads it',
    200,
    fc.asyncProperty(fc.maxSafeInteger(), fc.nat({ max: 2 }), fc.nat({ max: 2 }), async (gib, written, reading) => {
      const said = [{ size: gib }, { gib }, { gib, unit: 'GiB' }];
      const definitions = [first, second, third];
      fc.pre(written <= reading);
      const body = { type: 'ToySized', v: written + 1, data: said[written], meta: {} };
      const event = { stream: 'kv-toy', revision: 0n, position: 1n, id: 'one', hash: '', body: JSON.stringify(body) };
      const definition = definitions[reading] as typeof third;
      const read = decodeWith(new Map([['ToySized', definition as never]]), event);
      expect([read.v, read.data]).toEqual([reading + 1, said[reading]]);
      expect(definition.schema.safeParse(read.data).success).toBe(true);
    }),
  );
});

describe('folding', () => {
  law(
    'any events in any order never throws, and never leaves the schema of the state',
    400,
    fc.asyncProperty(streamOf(12), async ([kind, events, given]) => {
      let state: StreamState | null = null;
      for (const event of stored(kind, events, given).map((one): RecordedEvent => decode(one))) {
        state = evolveStream(kind, state as never, event);
        expect(aggregateOf(kind).state.safeParse(state).error).toBeUndefined();
        // The kept state, read back, is the same: replay may go on from it.
        expect(aggregateOf(kind).state.parse(asKept(state))).toEqual(state);
      }
    }),
  );
});
