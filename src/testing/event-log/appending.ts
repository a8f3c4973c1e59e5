import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { Append, AppendResult } from '../../eventlog/port.ts';
import { same } from '../asserting.ts';
import { appendOf, eventOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, ascends, ids, positions, refusedWith, revisions, store, stored, upTo } from './reading-back.ts';

export const describeAppending = ({ describe, it }: LogTests): void => {
  describe('expected revision', () => {
    it('lets a stream begin at no revision and goes on without a gap', async ({ log }) => {
      const first = await store(log, appendOf('volume-a', -1n, 2));
      const second = await store(log, appendOf('volume-a', 1n));
      same(revisions([...first, ...second]), [0n, 1n, 2n]);
      same(await all(log.readStream('volume-a')), [...first, ...second]);
    });

    for (const [which, expected] of [
      ['no stream where there is one', -1n],
      ['too low', 0n],
      ['too high', 2n],
      ['far too high', 2n ** 53n],
    ] as const) {
      it(`refuses ${which} and writes nothing`, async ({ log }) => {
        const before = await store(log, appendOf('volume-a', -1n, 2));
        const refused = await log.append(appendOf('volume-a', expected));
        same(refused, E.left({ stream: 'volume-a', expected, actual: 1n }));
        same(await all(log.readAll()), before);
      });
    }

    it('refuses a stream that should be there and is not', async ({ log }) => {
      same(await log.append(appendOf('volume-a', 0n)), E.left({ stream: 'volume-a', expected: 0n, actual: -1n }));
      same(await log.head(), 0n);
    });

    it('refuses all events of an append or none', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, 3));
      same(E.isLeft(await log.append(appendOf('volume-a', 1n, 3))), true);
      same((await all(log.readStream('volume-a'))).length, 3);
    });

    it('throws on appends that only a programming error can make', async ({ log }) => {
      const gap = { ...appendOf('volume-a', -1n), expectedRevision: 0n };
      const foreign: Append = { stream: 'volume-a', expectedRevision: -1n, events: [eventOf('volume-b', 0n)] };
      const empty = { stream: 'volume-a', expectedRevision: -1n, events: [] } as unknown as Append;
      const illFormed = appendOf('volume-a', -1n, ['"\ud800"']);
      for (const wrong of [gap, foreign, empty, illFormed]) await refusedWith(log.append(wrong), TypeError);
      same(await log.head(), 0n);
    });
  });

  describe('repeating an append', () => {
    it('returns the first result and writes nothing', async ({ log }) => {
      const append = appendOf('volume-a', -1n, 3);
      const first = await log.append(append);
      same(await log.append(append), first);
      same(await all(log.readAll()), stored(first));
    });

    it('returns the first result after other events came too', async ({ log }) => {
      const append = appendOf('volume-a', -1n, 2);
      const first = await log.append(append);
      await store(log, appendOf('volume-b', -1n));
      await store(log, appendOf('volume-a', 1n, 2));
      same(await log.append(append), first);
      same((await all(log.readAll())).length, 5);
    });

    it('is harmless at the same time', async ({ log }) => {
      const append = appendOf('volume-a', -1n, 2);
      const results = await Promise.all([log.append(append), log.append(append), log.append(append)]);
      same(results[1], results[0]);
      same(results[2], results[0]);
      same((await all(log.readAll())).length, 2);
    });

    it('is told from another append by every id', async ({ log }) => {
      const append = appendOf('volume-a', -1n, 2);
      await store(log, append);
      const longer = { ...append, events: [...append.events, eventOf('volume-a', 2n)] } as const;
      const changed = { ...append, events: [append.events[0], eventOf('volume-a', 1n)] } as const;
      for (const other of [longer as unknown as Append, changed])
        same(await log.append(other), E.left({ stream: 'volume-a', expected: -1n, actual: 1n }));
      same((await all(log.readAll())).length, 2);
    });

    it('takes the same id at another revision for another append', async ({ log }) => {
      const { events } = appendOf('volume-a', -1n);
      await store(log, { stream: 'volume-a', expectedRevision: -1n, events });
      const at = (revision: bigint): Append => ({
        stream: 'volume-a',
        expectedRevision: revision - 1n,
        events: [{ ...events[0], revision }],
      });
      same(await log.append(at(5n)), E.left({ stream: 'volume-a', expected: 4n, actual: 0n }));
      same(revisions(await store(log, at(1n))), [1n]);
    });
  });

  describe('concurrent callers', () => {
    it('on many streams lose nothing and have one global order', async ({ log }) => {
      const streams = Array.from({ length: 40 }, (_, index) => `volume-${index}`);
      const appendTen = async (stream: string) => {
        for (const revision of upTo(10)) await store(log, appendOf(stream, revision - 1n));
      };
      await Promise.all(streams.map(appendTen));
      const events = await all(log.readAll());
      same(events.length, 400);
      same(ascends(positions(events)), true);
      for (const stream of streams) {
        const own = events.filter((event) => event.stream === stream);
        same(revisions(own), upTo(10));
        same(await all(log.readStream(stream)), own);
      }
    });

    it('on one stream have exactly one winner for each revision', async ({ log }) => {
      const won: string[] = [];
      for (const revision of upTo(5)) {
        const rivals = Array.from({ length: 20 }, () => appendOf('volume-a', revision - 1n));
        const results = await Promise.all(rivals.map((rival) => log.append(rival)));
        const winners = rivals.filter((_, index) => E.isRight(results[index] as AppendResult));
        same(winners.length, 1);
        won.push(...winners.flatMap(({ events }) => ids(events)));
        for (const result of results)
          if (E.isLeft(result)) same(result.left, { stream: 'volume-a', expected: revision - 1n, actual: revision });
      }
      same(ids(await all(log.readStream('volume-a'))), won);
    });
  });

  it('agrees with a model of streams', async ({ log }) => {
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
          same(results.map(E.isRight), fits);
        }
        for (const [stream, expected] of model) {
          const events = await all(log.readStream(stream));
          same(ids(events), expected);
          same(revisions(events), upTo(expected.length));
        }
      }),
      { numRuns: 40 },
    );
  });
};
