import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/domain/event.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from './appends.ts';
import type { OpenedLog } from './opened-log.ts';
import { all, MANY, manyBodies, positions, store, take, upTo } from './reading-back.ts';

export const describeSubscribing = (current: () => OpenedLog): void => {
  let log: EventLog;
  beforeEach(() => {
    log = current().log;
  });

  describe('subscribing', () => {
    const appendSteadily = async (streams: number, each: number) => {
      const one = async (stream: string) => {
        for (const revision of upTo(each)) {
          await store(log, appendOf(stream, revision - 1n));
          await new Promise(setImmediate);
        }
      };
      await Promise.all(Array.from({ length: streams }, (_, index) => one(`volume-${index}`)));
    };

    it('from the beginning misses nothing and gives nothing twice, while others append', async () => {
      await store(log, appendOf('volume-old', -1n, manyBodies));
      const total = MANY + 400;
      const watching = [take(log.subscribe(), total), take(log.subscribe({ after: 0n }), total)];
      await appendSteadily(8, 50);
      const events = await all(log.readAll());
      for (const seen of await Promise.all(watching)) expect(seen).toEqual(events);
    });

    it('from a position goes on right after it', async () => {
      const before = await store(log, appendOf('volume-old', -1n, 10));
      const [, , , fourth] = positions(before);
      const watching = take(log.subscribe({ after: fourth as bigint }), 6 + 100);
      await appendSteadily(4, 25);
      const events = await all(log.readAll());
      expect(await watching).toEqual(events.slice(4));
    });

    it('from the head waits for what comes', async () => {
      await store(log, appendOf('volume-a', -1n, 3));
      const watching = take(log.subscribe({ after: await log.head() }), 1);
      const [event] = await store(log, appendOf('volume-a', 2n));
      expect(await watching).toEqual([event]);
    });

    it('ends when it is aborted: before it starts, while it waits, and in the middle', async () => {
      await store(log, appendOf('volume-a', -1n, 3));
      expect(await all(log.subscribe({ signal: AbortSignal.abort() }))).toEqual([]);

      const waiting = new AbortController();
      const reader = log.subscribe({ signal: waiting.signal })[Symbol.asyncIterator]();
      for (const _ of upTo(3)) expect((await reader.next()).done).toBe(false);
      const next = reader.next();
      waiting.abort();
      expect((await next).done).toBe(true);

      const middle = new AbortController();
      const seen: StoredEvent[] = [];
      for await (const event of log.subscribe({ signal: middle.signal })) {
        seen.push(event);
        middle.abort();
      }
      expect(seen).toHaveLength(1);
    });

    it('waits for a slow reader', async () => {
      const reader = log.subscribe()[Symbol.asyncIterator]();
      const first = reader.next();
      await appendSteadily(5, 20);
      const seen = [(await first).value as StoredEvent];
      while (seen.length < 100) seen.push((await reader.next()).value as StoredEvent);
      expect(seen).toEqual(await all(log.readAll()));
      await reader.return?.();
    });
  });
};
