import * as E from 'fp-ts/lib/Either.js';
import type { StoredEvent } from '../../domain/event.ts';
import { same } from '../asserting.ts';
import { appendOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, ascends, MANY, manyBodies, positions, revisions, store, take, upTo } from './reading-back.ts';

export const describeReading = ({ describe, it }: LogTests): void => {
  describe('reading', () => {
    it('finds nothing where nothing is', async ({ log }) => {
      same(await log.head(), 0n);
      same(await all(log.readAll()), []);
      same(await all(log.readStream('volume-a')), []);
    });

    it('gives back a stream between its bounds, both inclusive', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, 5));
      await store(log, appendOf('volume-b', -1n, 5));
      const between = async (bounds: { from?: bigint; to?: bigint }) =>
        revisions(await all(log.readStream('volume-a', bounds)));
      same(await between({ from: 3n }), [3n, 4n]);
      same(await between({ to: 1n }), [0n, 1n]);
      same(await between({ from: 1n, to: 3n }), [1n, 2n, 3n]);
      same(await between({ from: 2n, to: 2n }), [2n]);
      same(await between({ from: 3n, to: 2n }), []);
      same(await between({ from: 5n }), []);
      same(await between({ to: 2n ** 70n }), upTo(5));
      same(await between({ to: -1n }), []);
    });

    it('gives back the log later than `after` and not later than `upTo`, and knows its head', async ({ log }) => {
      const events = [
        ...(await store(log, appendOf('volume-a', -1n, 3))),
        ...(await store(log, appendOf('volume-b', -1n, 3))),
      ];
      const at = positions(events);
      const [first, , third, fourth, , last] = at as [bigint, bigint, bigint, bigint, bigint, bigint];
      const between = async (bounds: { after?: bigint; upTo?: bigint }) => positions(await all(log.readAll(bounds)));
      same(first > 0n && ascends(at), true);
      same(await log.head(), last);
      same(await between({}), at);
      same(await between({ after: 0n, upTo: last }), at);
      same(await between({ after: first, upTo: fourth }), at.slice(1, 4));
      same(await between({ upTo: third }), at.slice(0, 3));
      same(await between({ upTo: 0n }), []);
      same(await between({ after: last }), []);
      same(await between({ after: last + 100n }), []);
      same(await between({ upTo: 2n ** 70n }), at);
    });

    it('counts the events by its positions, if it says so', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, 3));
      same(E.isLeft(await log.append(appendOf('volume-a', 7n))), true);
      await store(log, appendOf('volume-b', -1n, 2));
      const at = positions(await all(log.readAll()));
      if (log.gapless === true) same(at, [1n, 2n, 3n, 4n, 5n]);
      else same(at.length, 5);
    });

    it('gives the same events by the page, and no page is empty', async ({ log }) => {
      same(await Array.fromAsync(log.readPages()), []);
      const events = await store(log, appendOf('volume-a', -1n, manyBodies));
      const pages = await Array.fromAsync(log.readPages());
      same(
        pages.filter((page) => page.length === 0),
        [],
      );
      same(pages.flat(), events);
      const bounds = { after: events[699]?.position ?? 0n, upTo: events[1_999]?.position ?? 0n };
      same((await Array.fromAsync(log.readPages(bounds))).flat(), events.slice(700, 2_000));
    });

    it('crosses pages, while others write', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      const seen: StoredEvent[] = [];
      for await (const event of log.readAll()) {
        if (seen.push(event) % 500 === 0) await store(log, appendOf(`volume-${seen.length}`, -1n));
      }
      same(
        seen.slice(0, MANY).map(({ body }) => body),
        manyBodies,
      );
      same(ascends(positions(seen)), true);
      same(revisions(await all(log.readStream('volume-a'))), upTo(MANY));
      same(revisions(await all(log.readStream('volume-a', { from: 700n, to: 2_299n }))), upTo(2_300).slice(700));
      same((await all(log.readAll())).length, MANY + 5);
    });

    it('may be left in the middle', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      same((await take(log.readAll(), 3)).length, 3);
      same((await take(log.readStream('volume-a'), 3)).length, 3);
      same(revisions(await store(log, appendOf('volume-a', BigInt(MANY - 1)))), [BigInt(MANY)]);
    });

    it('keeps every character of names and bodies', async ({ log }) => {
      const names = [
        'volume-é',
        'volume-e\u0301',
        'volume-火山🌋',
        'kv-a b/c%d"e\'f',
        'kv-nul\0inside',
        'KV-A',
        'kv-a',
        'kv-%',
      ];
      const bodies = ['""', '"\\u0000 \0 \u2028"', '"🌋火山\u0301"', `"${'\u00ff'.repeat(300)}"`];
      for (const stream of names) await store(log, appendOf(stream, -1n, bodies));
      for (const stream of names) {
        const events = await all(log.readStream(stream));
        same(
          events.map(({ body }) => body),
          bodies,
        );
        same(new Set(events.map((event) => event.stream)), new Set([stream]));
      }
    });

    it('keeps big events whole', async ({ log }) => {
      const bodies = [1, 5].map((mebibytes) => `"${'火é7'.repeat((mebibytes * 1024 * 1024) / 6)}"`);
      await store(log, appendOf('volume-a', -1n, bodies));
      const found = (await all(log.readStream('volume-a'))).map(({ body }) => body);
      same(
        found.every((body, index) => body === bodies[index]),
        true,
      );
      same(found.length, 2);
    });

    it('holds many streams apart', async ({ log }) => {
      const streams = Array.from({ length: 1_500 }, (_, index) => `volume-${index}`);
      await Promise.all(streams.map((stream) => store(log, appendOf(stream, -1n, 2))));
      for (const stream of ['volume-0', 'volume-1', 'volume-10', 'volume-1499']) {
        const events = await all(log.readStream(stream));
        same(
          events.map((event) => [event.stream, event.revision]),
          [
            [stream, 0n],
            [stream, 1n],
          ],
        );
      }
      same((await all(log.readAll())).length, 3_000);
    });
  });
};
