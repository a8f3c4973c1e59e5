import type { StoredEvent } from '../../domain/event.ts';
import type { EventLog } from '../../eventlog/port.ts';
import { same } from '../asserting.ts';
import { appendOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, MANY, manyBodies, positions, store, take, upTo } from './reading-back.ts';

export const describeSubscribing = ({ describe, it }: LogTests): void => {
  describe('subscribing', () => {
    const appendSteadily = async (log: EventLog, streams: number, each: number) => {
      const one = async (stream: string) => {
        for (const revision of upTo(each)) {
          await store(log, appendOf(stream, revision - 1n));
          await new Promise(setImmediate);
        }
      };
      await Promise.all(Array.from({ length: streams }, (_, index) => one(`volume-${index}`)));
    };

    it('from the beginning misses nothing and gives nothing twice, while others append', async ({ log }) => {
      await store(log, appendOf('volume-old', -1n, manyBodies));
      const total = MANY + 400;
      const watching = [take(log.subscribe(), total), take(log.subscribe({ after: 0n }), total)];
      await appendSteadily(log, 8, 50);
      const events = await all(log.readAll());
      for (const seen of await Promise.all(watching)) same(seen, events);
    });

    it('from a position goes on right after it', async ({ log }) => {
      const before = await store(log, appendOf('volume-old', -1n, 10));
      const [, , , fourth] = positions(before);
      const watching = take(log.subscribe({ after: fourth as bigint }), 6 + 100);
      await appendSteadily(log, 4, 25);
      const events = await all(log.readAll());
      same(await watching, events.slice(4));
    });

    it('from the head waits for what comes', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, 3));
      const watching = take(log.subscribe({ after: await log.head() }), 1);
      const [event] = await store(log, appendOf('volume-a', 2n));
      same(await watching, [event]);
    });

    it('ends when it is aborted: before it starts, while it waits, and in the middle', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, 3));
      same(await all(log.subscribe({ signal: AbortSignal.abort() })), []);

      const waiting = new AbortController();
      const reader = log.subscribe({ signal: waiting.signal })[Symbol.asyncIterator]();
      for (const _ of upTo(3)) same((await reader.next()).done, false);
      const next = reader.next();
      waiting.abort();
      same((await next).done, true);

      const middle = new AbortController();
      const seen: StoredEvent[] = [];
      for await (const event of log.subscribe({ signal: middle.signal })) {
        seen.push(event);
        middle.abort();
      }
      same(seen.length, 1);
    });

    it('waits for a slow reader', async ({ log }) => {
      const reader = log.subscribe()[Symbol.asyncIterator]();
      const first = reader.next();
      await appendSteadily(log, 5, 20);
      const seen = [(await first).value as StoredEvent];
      while (seen.length < 100) seen.push((await reader.next()).value as StoredEvent);
      same(seen, await all(log.readAll()));
      await reader.return?.();
    });
  });
};
