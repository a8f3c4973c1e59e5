import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hashBody } from '../../src/audit/chain.ts';
import { eventsOf, nextVersion, type OpenWork } from '../../src/domain/aggregate.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { aggregateOf, decode, decodeWith, eventDefinitions, evolveStream, kindOf } from '../../src/domain/streams.ts';
import { fixtureNames, readFixture, storedForm } from '../fixtures/events.ts';
import { ACTOR } from './given.ts';

const versions = [...eventDefinitions].flatMap(([type, { version }]) =>
  Array.from({ length: version }, (_, index) => [type, index + 1] as const),
);

describe('stored events of every version', () => {
  it('are kept as fixtures, and every fixture is of an event that is defined', () => {
    expect([...fixtureNames()].sort()).toEqual(versions.map(([type, v]) => `${type}.v${v}.json`).sort());
  });

  it.each(versions)('%s v%i can be read today', (type, v) => {
    const fixture = readFixture(type, v);
    if (fixture === null)
      throw new Error(`there is no fixture: npm run fixtures:events, after an example in event-examples.ts`);
    expect(fixture).toMatchObject({ type, v });
    const stored = storedForm(fixture);
    expect(hashBody(stored.body), 'the hash is that of the body').toBe(stored.hash);

    const event = decode(stored);
    const definition = eventDefinitions.get(type);
    expect(event.v).toBe(definition?.version);
    expect(definition?.schema.parse(event.data)).toEqual(event.data);

    const kind = kindOf(event.stream);
    if (kind === null) throw new Error(`${event.stream} is of no kind`);
    expect(aggregateOf(kind).events).toHaveProperty(type);
    const state = evolveStream(kind, null, event);
    expect(aggregateOf(kind).state.parse(state)).toEqual(state);
  });
});

/** An event whose size was a text in MiB, then a number of MiB, and is a number of GiB with its unit in the name. */
const sizesOf = () => {
  const { fact } = eventsOf<OpenWork>();
  const unchanged = (state: OpenWork) => state;
  const v1 = fact('VolumeSized', z.strictObject({ size: z.string() }));
  const v2 = nextVersion(v1, z.strictObject({ sizeMiB: z.int() }), unchanged, ({ size }) => ({
    sizeMiB: Number(size),
  }));
  const v3 = nextVersion(v2, z.strictObject({ sizeGiB: z.int() }), unchanged, ({ sizeMiB }) => ({
    sizeGiB: Number(sizeMiB) / 1024,
  }));
  return { v1, v2, v3 };
};

const stored = (v: number, data: object): StoredEvent => ({
  position: 9n,
  stream: 'volume-1',
  revision: 4n,
  id: 'event',
  hash: 'hash',
  body: JSON.stringify({
    stream: 'volume-1',
    revision: '4',
    id: 'event',
    type: 'VolumeSized',
    v,
    data,
    meta: { at: '2026-01-01T00:00:00.000Z', actor: ACTOR },
  }),
});

describe('the next version of an event', () => {
  const { v1, v2, v3 } = sizesOf();
  const definitions = new Map([['VolumeSized', v3]]);

  it('is what is written from now on', () => {
    expect([v1.version, v2.version, v3.version]).toEqual([1, 2, 3]);
    expect(v3.of({ sizeGiB: 2 })).toEqual({ type: 'VolumeSized', v: 3, data: { sizeGiB: 2 } });
    expect(v1.of({ size: '2048' }).v).toBe(1);
    expect(v1.upcasts).toEqual({});
    expect(v3.role).toBe('fact');
  });

  it.each([
    [1, { size: '2048' }],
    [2, { sizeMiB: 2048 }],
    [3, { sizeGiB: 2 }],
  ])('is how version %i is read, whatever lies between', (v, data) => {
    const event = decodeWith(definitions, stored(v, data));
    expect(event).toMatchObject({ v: 3, data: { sizeGiB: 2 }, revision: 4n, position: 9n, meta: { hash: 'hash' } });
    expect(event.data).toEqual({ sizeGiB: 2 });
  });

  it('leaves the stored text as it was, and reads the same twice', () => {
    const old = Object.freeze(stored(1, { size: '2048' }));
    const { body } = old;
    expect(decodeWith(definitions, old)).toEqual(decodeWith(definitions, old));
    expect(old.body).toBe(body);
  });

  it('is not what a newer Scoria wrote: a version or a type that is not known is refused', () => {
    expect(() => decodeWith(definitions, stored(4, { sizeTiB: 1 }))).toThrow(/VolumeSized version 4.*newer/);
    expect(() => decodeWith(new Map(), stored(1, { size: '1' }))).toThrow(/position 9.*does not know/);
  });
});
