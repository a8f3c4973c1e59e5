import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Append, AppendResult, EventLog } from '../../../src/eventlog/port.ts';
import { appendOf, eventOf } from './appends.ts';
import type { OpenedLog } from './opened-log.ts';
import { all, ascends, ids, positions, revisions, store, stored, upTo } from './reading-back.ts';

export const describeAppending = (current: () => OpenedLog): void => {
  let log: EventLog;
  beforeEach(() => {
    log = current().log;
  });

  describe('expected revision', () => {
    it('lets a stream begin at no revision and goes on without a gap', async () => {
      const first = await store(log, appendOf('volume-a', -1n, 2));
      const second = await store(log, appendOf('volume-a', 1n));
      expect(revisions([...first, ...second])).toEqual([0n, 1n, 2n]);
      expect(await all(log.readStream('volume-a'))).toEqual([...first, ...second]);
    });

    it.each([
      ['no stream where there is one', -1n],
      ['too low', 0n],
      ['too high', 2n],
      ['far too high', 2n ** 53n],
    ])('refuses %s and writes nothing', async (_, expected) => {
      const before = await store(log, appendOf('volume-a', -1n, 2));
      const refused = await log.append(appendOf('volume-a', expected));
      expect(refused).toEqual(E.left({ stream: 'volume-a', expected, actual: 1n }));
      expect(await all(log.readAll())).toEqual(before);
    });

    it('refuses a stream that should be there and is not', async () => {
      expect(await log.append(appendOf('volume-a', 0n))).toEqual(
        E.left({ stream: 'volume-a', expected: 0n, actual: -1n }),
      );
      expect(await log.head()).toBe(0n);
    });

    it('refuses all events of an append or none', async () => {
      await store(log, appendOf('volume-a', -1n, 3));
      expect(E.isLeft(await log.append(appendOf('volume-a', 1n, 3)))).toBe(true);
      expect(await all(log.readStream('volume-a'))).toHaveLength(3);
    });

    it('throws on appends that only a programming error can make', async () => {
      const gap = { ...appendOf('volume-a', -1n), expectedRevision: 0n };
      const foreign: Append = { stream: 'volume-a', expectedRevision: -1n, events: [eventOf('volume-b', 0n)] };
      const empty = { stream: 'volume-a', expectedRevision: -1n, events: [] } as unknown as Append;
      const illFormed = appendOf('volume-a', -1n, ['"\ud800"']);
      for (const wrong of [gap, foreign, empty, illFormed]) await expect(log.append(wrong)).rejects.toThrow(TypeError);
      expect(await log.head()).toBe(0n);
    });
  });

  describe('repeating an append', () => {
    it('returns the first result and writes nothing', async () => {
      const append = appendOf('volume-a', -1n, 3);
      const first = await log.append(append);
      expect(await log.append(append)).toEqual(first);
      expect(await all(log.readAll())).toEqual(stored(first));
    });

    it('returns the first result after other events came too', async () => {
      const append = appendOf('volume-a', -1n, 2);
      const first = await log.append(append);
      await store(log, appendOf('volume-b', -1n));
      await store(log, appendOf('volume-a', 1n, 2));
      expect(await log.append(append)).toEqual(first);
      expect(await all(log.readAll())).toHaveLength(5);
    });

    it('is harmless at the same time', async () => {
      const append = appendOf('volume-a', -1n, 2);
      const results = await Promise.all([log.append(append), log.append(append), log.append(append)]);
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      expect(await all(log.readAll())).toHaveLength(2);
    });

    it('is told from another append by every id', async () => {
      const append = appendOf('volume-a', -1n, 2);
      await store(log, append);
      const longer = { ...append, events: [...append.events, eventOf('volume-a', 2n)] } as const;
      const changed = { ...append, events: [append.events[0], eventOf('volume-a', 1n)] } as const;
      for (const other of [longer as unknown as Append, changed])
        expect(await log.append(other)).toEqual(E.left({ stream: 'volume-a', expected: -1n, actual: 1n }));
      expect(await all(log.readAll())).toHaveLength(2);
    });

    it('takes the same id at another revision for another append', async () => {
      const { events } = appendOf('volume-a', -1n);
      await store(log, { stream: 'volume-a', expectedRevision: -1n, events });
      const at = (revision: bigint): Append => ({
        stream: 'volume-a',
        expectedRevision: revision - 1n,
        events: [{ ...events[0], revision }],
      });
      expect(await log.append(at(5n))).toEqual(E.left({ stream: 'volume-a', expected: 4n, actual: 0n }));
      expect(revisions(await store(log, at(1n)))).toEqual([1n]);
    });
  });

  describe('concurrent callers', () => {
    it('on many streams lose nothing and have one global order', async () => {
      const streams = Array.from({ length: 40 }, (_, index) => `volume-${index}`);
      const appendTen = async (stream: string) => {
        for (const revision of upTo(10)) await store(log, appendOf(stream, revision - 1n));
      };
      await Promise.all(streams.map(appendTen));
      const events = await all(log.readAll());
      expect(events).toHaveLength(400);
      expect(ascends(positions(events))).toBe(true);
      for (const stream of streams) {
        const own = events.filter((event) => event.stream === stream);
        expect(revisions(own)).toEqual(upTo(10));
        expect(await all(log.readStream(stream))).toEqual(own);
      }
    });

    it('on one stream have exactly one winner for each revision', async () => {
      const won: string[] = [];
      for (const revision of upTo(5)) {
        const rivals = Array.from({ length: 20 }, () => appendOf('volume-a', revision - 1n));
        const results = await Promise.all(rivals.map((rival) => log.append(rival)));
        const winners = rivals.filter((_, index) => E.isRight(results[index] as AppendResult));
        expect(winners).toHaveLength(1);
        won.push(...winners.flatMap(({ events }) => ids(events)));
        for (const result of results)
          if (E.isLeft(result))
            expect(result.left).toEqual({ stream: 'volume-a', expected: revision - 1n, actual: revision });
      }
      expect(ids(await all(log.readStream('volume-a')))).toEqual(won);
    });
  });

  it('agrees with a model of streams', async () => {
    const step = fc.record({
      stream: fc.constantFrom('volume-a', 'volume-b', 'kv-ü'),
      off: fc.constantFrom(0n, 0n, 0n, -1n, 1n),
      events: fc.integer({ min: 1, max: 4 }),
      repeat: fc.boolean(),
    });
    const turn = fc.uniqueArray(step, { minLength: 1, maxLength: 3, selector: ({ stream }) => stream });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 6 }), async (turns) => {
        runs += 1;
        const model = new Map<string, string[]>();
        for (const steps of turns) {
          const expectations = steps.map(({ stream: base, off, events, repeat }) => {
            const stream = `${base}-${runs}`;
            const known = model.get(stream) ?? [];
            const head = BigInt(known.length - 1);
            const expected = head + off < -1n ? -1n : head + off;
            const append = appendOf(stream, expected, events);
            const fits = expected === head;
            if (fits) model.set(stream, [...known, ...ids(append.events)]);
            return { append, fits, repeat };
          });
          const results = await Promise.all(
            expectations.flatMap(({ append, repeat }) =>
              repeat ? [log.append(append), log.append(append)] : [log.append(append)],
            ),
          );
          const fits = expectations.flatMap((one) => (one.repeat ? [one.fits, one.fits] : [one.fits]));
          expect(results.map(E.isRight)).toEqual(fits);
        }
        for (const [stream, expected] of model) {
          const events = await all(log.readStream(stream));
          expect(ids(events)).toEqual(expected);
          expect(revisions(events)).toEqual(upTo(expected.length));
        }
      }),
      { numRuns: 40 },
    );
  });
};
