import { same } from '../asserting.ts';
import { appendOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, ids, refusedWith, store, take } from './reading-back.ts';

/** Only for logs that store in several streams at once. */
export const describeAppendingTogether = ({ describe, it }: LogTests): void => {
  describe('appending to several streams at once', () => {
    const appends = [
      appendOf('volume-a', -1n, 2),
      appendOf('volume-b', -1n),
      appendOf('volume-a', 1n),
      appendOf('volume-b', 0n, 3),
    ];

    it('stores everything in the order given, also behind what is there', async ({ log }) => {
      if (log.appendAll === undefined) return;
      const before = await store(log, appendOf('volume-c', -1n));
      const watching = take(log.subscribe(), 8);
      await log.appendAll(appends);
      const expected = [...ids(before), ...appends.flatMap(({ events }) => ids(events))];
      same(ids(await all(log.readAll())), expected);
      same(ids(await watching), expected);
    });

    it('stores all or nothing', async ({ log }) => {
      if (log.appendAll === undefined) return;
      await refusedWith(log.appendAll([...appends, appendOf('volume-c', 5n)]), { code: 'WrongRevision' });
      same(await all(log.readAll()), []);
      await log.appendAll(appends);
      same((await all(log.readAll())).length, 7);
    });

    it('may be repeated', async ({ log }) => {
      if (log.appendAll === undefined) return;
      await log.appendAll(appends);
      const once = await all(log.readAll());
      await log.appendAll(appends);
      same(await all(log.readAll()), once);
      await log.appendAll([]);
    });
  });
};
