import * as E from 'fp-ts/lib/Either.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from './appends.ts';
import type { OpenedLog } from './opened-log.ts';
import { all, manyBodies, store } from './reading-back.ts';

export const describeClosing = (current: () => OpenedLog): void => {
  let log: EventLog;
  beforeEach(() => {
    log = current().log;
  });

  describe('closing', () => {
    it('ends what was appended before, and refuses everything after', async () => {
      await store(log, appendOf('volume-a', -1n, manyBodies));
      const reader = log.readAll()[Symbol.asyncIterator]();
      await reader.next();
      const last = log.append(appendOf('volume-b', -1n));
      const watching = all(log.subscribe());
      const ended = expect(watching).rejects.toMatchObject({ code: 'LogClosed' });
      await Promise.all([log.close(), log.close()]);
      await ended;
      expect(E.isRight(await last)).toBe(true);

      const closed = { code: 'LogClosed', kind: 'log' };
      await expect(log.append(appendOf('volume-a', -1n))).rejects.toMatchObject(closed);
      await expect(log.appendToEmpty([])).rejects.toMatchObject(closed);
      await expect(log.head()).rejects.toMatchObject(closed);
      await expect(all(log.readAll())).rejects.toMatchObject(closed);
      await expect(all(log.readStream('volume-a'))).rejects.toMatchObject(closed);
      await expect(all(log.subscribe())).rejects.toMatchObject(closed);
      await log.close();
    });

    it('keeps everything for whoever opens the log again', async () => {
      const { reopen } = current();
      if (reopen === undefined) return;
      const append = appendOf('volume-a', -1n, 3);
      const first = await log.append(append);
      await store(log, appendOf('volume-b', -1n, 2));
      const before = await all(log.readAll());
      await log.close();
      const again = await reopen();
      expect(await all(again.readAll())).toEqual(before);
      expect(await again.append(append)).toEqual(first);
      const [next] = await store(again, appendOf('volume-a', 2n));
      expect((next?.position ?? 0n) > (before.at(-1)?.position ?? 0n)).toBe(true);
      await again.close();
    });
  });
};
