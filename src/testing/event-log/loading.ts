import { same } from '../asserting.ts';
import { appendOf } from './appends.ts';
import type { LogTests } from './opened-log.ts';
import { all, ids, refusedWith, revisions, store, take, upTo } from './reading-back.ts';

export const describeLoading = ({ describe, it }: LogTests): void => {
  describe('appending to an empty log', () => {
    const dump = (streams: number, each: number) =>
      Array.from({ length: streams }, (_, index) => appendOf(`volume-${index}`, -1n, each));

    it('stores everything in the order given, taken one by one', async ({ log }) => {
      const appends = [...dump(600, 3), appendOf('volume-7', 2n, 2)];
      const taken: string[] = [];
      const lazily = function* () {
        for (const append of appends) {
          taken.push(append.stream);
          yield append;
        }
      };
      await log.appendToEmpty(lazily());
      same(taken.length, 601);
      same(
        ids(await all(log.readAll())),
        appends.flatMap(({ events }) => ids(events)),
      );
      same(revisions(await all(log.readStream('volume-7'))), upTo(5));
      same(revisions(await store(log, appendOf('volume-0', 2n))), [3n]);
    });

    it('refuses a log that holds anything, and leaves it alone', async ({ log }) => {
      const before = await store(log, appendOf('volume-a', -1n));
      await refusedWith(log.appendToEmpty(dump(1, 1)), { code: 'LogNotEmpty', kind: 'log' });
      same(await all(log.readAll()), before);
    });

    it('leaves nothing behind when the events end in an error', async ({ log }) => {
      const failing = function* () {
        yield* dump(700, 2);
        throw new Error('the dump is torn');
      };
      await refusedWith(log.appendToEmpty(failing()), 'the dump is torn');
      same(await log.head(), 0n);
      same(await all(log.readAll()), []);
      await log.appendToEmpty(dump(1, 1));
      same((await all(log.readAll())).length, 1);
    });

    it('leaves nothing behind when a revision does not fit', async ({ log }) => {
      const appends = [...dump(3, 2), appendOf('volume-1', 5n)];
      await refusedWith(log.appendToEmpty(appends), { code: 'WrongRevision' });
      await refusedWith(log.appendToEmpty([{ ...appendOf('volume-a', -1n), expectedRevision: 3n }]), TypeError);
      same(await all(log.readAll()), []);
    });

    it('is seen by subscribers', async ({ log }) => {
      const watching = take(log.subscribe(), 20);
      await log.appendToEmpty(dump(10, 2));
      same(await watching, await all(log.readAll()));
    });
  });
};
