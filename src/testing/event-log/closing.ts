import * as E from 'fp-ts/lib/Either.js';
import { same } from '../asserting.ts';
import { appendOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, manyBodies, refusedWith, store } from './reading-back.ts';

export const describeClosing = ({ describe, it }: LogTests): void => {
  describe('closing', () => {
    it('ends what was appended before, and refuses everything after', async ({ log }) => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      const reader = log.readAll()[Symbol.asyncIterator]();
      await reader.next();
      const last = log.append(appendOf('volume-b', -1n));
      const watching = all(log.subscribe());
      const ended = refusedWith(watching, { code: 'LogClosed' });
      await Promise.all([log.close(), log.close()]);
      await ended;
      same(E.isRight(await last), true);

      const closed = { code: 'LogClosed', kind: 'log' };
      await refusedWith(log.append(appendOf('volume-a', -1n)), closed);
      await refusedWith(log.appendToEmpty([]), closed);
      await refusedWith(log.head(), closed);
      await refusedWith(all(log.readAll()), closed);
      await refusedWith(all(log.readStream('volume-a')), closed);
      await refusedWith(all(log.subscribe()), closed);
      await log.close();
    });

    it('keeps everything for whoever opens the log again', async ({ log, reopen }) => {
      if (reopen === undefined) return;
      const append = appendOf('volume-a', -1n, 3);
      const first = await log.append(append);
      await store(log, appendOf('volume-b', -1n, 2));
      const before = await all(log.readAll());
      await log.close();
      const again = await reopen();
      same(await all(again.readAll()), before);
      same(await again.append(append), first);
      const [next] = await store(again, appendOf('volume-a', 2n));
      same((next?.position ?? 0n) > (before.at(-1)?.position ?? 0n), true);
      await again.close();
    });
  });
};
