import { same } from '../asserting.ts';
import type { LogTests } from './opened-log.ts';
import { all } from './reading-back.ts';

const ONE = 'node1/1/one';
const OTHER = 'node1/2/other';

/** Only for logs that have leases. */
export const describeLeasing = ({ describe, it }: LogTests): void => {
  describe('leases', () => {
    it('move with each renewal, each executor its own', async ({ log: { leases } }) => {
      if (leases === undefined) return;
      same(await leases.read(ONE), null);
      await leases.renew(ONE, 15_000);
      const first = await leases.read(ONE);
      same(first?.lengthMs, 15_000);
      same(await leases.read(OTHER), null);
      await leases.renew(OTHER, 60_000);
      same(await leases.read(ONE), first);
      await leases.renew(ONE, 20_000);
      const second = await leases.read(ONE);
      same((second?.counter ?? 0n) > (first?.counter ?? 0n), true);
      same(second?.lengthMs, 20_000);
    });

    it('are gone when they are released', async ({ log: { leases } }) => {
      if (leases === undefined) return;
      await leases.renew(ONE, 15_000);
      await leases.release(ONE);
      await leases.release(OTHER);
      same(await leases.read(ONE), null);
    });

    it('move by each of many renewals at once', async ({ log: { leases } }) => {
      if (leases === undefined) return;
      const executors = Array.from({ length: 20 }, (_, index) => `node1/${index}/one`);
      await Promise.all(executors.flatMap((executor) => [leases.renew(executor, 1), leases.renew(executor, 1)]));
      for (const executor of executors) same((await leases.read(executor))?.counter, 2n);
    });

    it('are no part of the record', async ({ log }) => {
      await log.leases?.renew(ONE, 15_000);
      same(await all(log.readAll()), []);
      same(await log.head(), 0n);
    });
  });
};
