import { beforeEach, describe, expect, it } from 'vitest';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from './appends.ts';
import type { OpenedLog } from './opened-log.ts';
import { all, ids, revisions, store, take, upTo } from './reading-back.ts';

export const describeLoading = (current: () => OpenedLog): void => {
  let log: EventLog;
  beforeEach(() => {
    log = current().log;
  });

  describe('appending to an empty log', () => {
    const dump = (streams: number, each: number) =>
      Array.from({ length: streams }, (_, index) => appendOf(`volume-${index}`, -1n, each));

    it('stores everything in the order given, taken one by one', async () => {
      const appends = [...dump(600, 3), appendOf('volume-7', 2n, 2)];
      const taken: string[] = [];
      const lazily = function* () {
        for (const append of appends) {
          taken.push(append.stream);
          yield append;
        }
      };
      await log.appendToEmpty(lazily());
      expect(taken).toHaveLength(601);
      expect(ids(await all(log.readAll()))).toEqual(appends.flatMap(({ events }) => ids(events)));
      expect(revisions(await all(log.readStream('volume-7')))).toEqual(upTo(5));
      expect(revisions(await store(log, appendOf('volume-0', 2n)))).toEqual([3n]);
    });

    it('refuses a log that holds anything, and leaves it alone', async () => {
      const before = await store(log, appendOf('volume-a', -1n));
      await expect(log.appendToEmpty(dump(1, 1))).rejects.toMatchObject({ code: 'LogNotEmpty', kind: 'log' });
      expect(await all(log.readAll())).toEqual(before);
    });

    it('leaves nothing behind when the events end in an error', async () => {
      const failing = function* () {
        yield* dump(700, 2);
        throw new Error('the dump is torn');
      };
      await expect(log.appendToEmpty(failing())).rejects.toThrow('the dump is torn');
      expect(await log.head()).toBe(0n);
      expect(await all(log.readAll())).toEqual([]);
      await log.appendToEmpty(dump(1, 1));
      expect(await all(log.readAll())).toHaveLength(1);
    });

    it('leaves nothing behind when a revision does not fit', async () => {
      const appends = [...dump(3, 2), appendOf('volume-1', 5n)];
      await expect(log.appendToEmpty(appends)).rejects.toMatchObject({ code: 'WrongRevision' });
      await expect(log.appendToEmpty([{ ...appendOf('volume-a', -1n), expectedRevision: 3n }])).rejects.toThrow(
        TypeError,
      );
      expect(await all(log.readAll())).toEqual([]);
    });

    it('is seen by subscribers', async () => {
      const watching = take(log.subscribe(), 20);
      await log.appendToEmpty(dump(10, 2));
      expect(await watching).toEqual(await all(log.readAll()));
    });
  });
};
