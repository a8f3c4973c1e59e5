import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/domain/event.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from './appends.ts';
import type { OpenedLog } from './opened-log.ts';
import { all, ascends, MANY, manyBodies, positions, revisions, store, take, upTo } from './reading-back.ts';

export const describeReading = (current: () => OpenedLog): void => {
  let log: EventLog;
  beforeEach(() => {
    log = current().log;
  });

  describe('reading', () => {
    it('finds nothing where nothing is', async () => {
      expect(await log.head()).toBe(0n);
      expect(await all(log.readAll())).toEqual([]);
      expect(await all(log.readStream('volume-a'))).toEqual([]);
    });

    it('gives back a stream between its bounds, both inclusive', async () => {
      await store(log, appendOf('volume-a', -1n, 5));
      await store(log, appendOf('volume-b', -1n, 5));
      const between = async (bounds: { from?: bigint; to?: bigint }) =>
        revisions(await all(log.readStream('volume-a', bounds)));
      expect(await between({ from: 3n })).toEqual([3n, 4n]);
      expect(await between({ to: 1n })).toEqual([0n, 1n]);
      expect(await between({ from: 1n, to: 3n })).toEqual([1n, 2n, 3n]);
      expect(await between({ from: 2n, to: 2n })).toEqual([2n]);
      expect(await between({ from: 3n, to: 2n })).toEqual([]);
      expect(await between({ from: 5n })).toEqual([]);
      expect(await between({ to: 2n ** 70n })).toEqual(upTo(5));
      expect(await between({ to: -1n })).toEqual([]);
    });

    it('gives back the log later than `after` and not later than `upTo`, and knows its head', async () => {
      const events = [
        ...(await store(log, appendOf('volume-a', -1n, 3))),
        ...(await store(log, appendOf('volume-b', -1n, 3))),
      ];
      const at = positions(events);
      const [first, , third, fourth, , last] = at as [bigint, bigint, bigint, bigint, bigint, bigint];
      const between = async (bounds: { after?: bigint; upTo?: bigint }) => positions(await all(log.readAll(bounds)));
      expect(first > 0n && ascends(at)).toBe(true);
      expect(await log.head()).toBe(last);
      expect(await between({})).toEqual(at);
      expect(await between({ after: 0n, upTo: last })).toEqual(at);
      expect(await between({ after: first, upTo: fourth })).toEqual(at.slice(1, 4));
      expect(await between({ upTo: third })).toEqual(at.slice(0, 3));
      expect(await between({ upTo: 0n })).toEqual([]);
      expect(await between({ after: last })).toEqual([]);
      expect(await between({ after: last + 100n })).toEqual([]);
      expect(await between({ upTo: 2n ** 70n })).toEqual(at);
    });

    it('crosses pages, while others write', async () => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      const seen: StoredEvent[] = [];
      for await (const event of log.readAll()) {
        if (seen.push(event) % 500 === 0) await store(log, appendOf(`volume-${seen.length}`, -1n));
      }
      expect(seen.slice(0, MANY).map(({ body }) => body)).toEqual(manyBodies);
      expect(ascends(positions(seen))).toBe(true);
      expect(revisions(await all(log.readStream('volume-a')))).toEqual(upTo(MANY));
      expect(revisions(await all(log.readStream('volume-a', { from: 700n, to: 2_299n })))).toEqual(
        upTo(2_300).slice(700),
      );
      expect(await all(log.readAll())).toHaveLength(MANY + 5);
    });

    it('may be left in the middle', async () => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      expect(await take(log.readAll(), 3)).toHaveLength(3);
      expect(await take(log.readStream('volume-a'), 3)).toHaveLength(3);
      expect(revisions(await store(log, appendOf('volume-a', BigInt(MANY - 1))))).toEqual([BigInt(MANY)]);
    });

    it('keeps every character of names and bodies', async () => {
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
        expect(events.map(({ body }) => body)).toEqual(bodies);
        expect(new Set(events.map((event) => event.stream))).toEqual(new Set([stream]));
      }
    });

    it('keeps big events whole', async () => {
      const bodies = [1, 5].map((mebibytes) => `"${'火é7'.repeat((mebibytes * 1024 * 1024) / 6)}"`);
      await store(log, appendOf('volume-a', -1n, bodies));
      const found = (await all(log.readStream('volume-a'))).map(({ body }) => body);
      expect(found.every((body, index) => body === bodies[index])).toBe(true);
      expect(found).toHaveLength(2);
    });

    it('holds many streams apart', async () => {
      const streams = Array.from({ length: 1_500 }, (_, index) => `volume-${index}`);
      await Promise.all(streams.map((stream) => store(log, appendOf(stream, -1n, 2))));
      for (const stream of ['volume-0', 'volume-1', 'volume-10', 'volume-1499']) {
        const events = await all(log.readStream(stream));
        expect(events.map((event) => [event.stream, event.revision])).toEqual([
          [stream, 0n],
          [stream, 1n],
        ]);
      }
      expect(await all(log.readAll())).toHaveLength(3_000);
    });
  });
};
