import { runnerOr, type TestRunner } from '../runner.ts';
import { describeAppending } from './appending.ts';
import { describeAppendingTogether } from './appending-together.ts';
import { describeClosing } from './closing.ts';
import { describeLeasing } from './leasing.ts';
import { describeLoading } from './loading.ts';
import type { LogTests, OpenedLog } from './opened-log.ts';
import { describeReading } from './reading.ts';
import { describeSubscribing } from './subscribing.ts';

/**
 * Says the tests that every adapter of the port `EventLog` must pass. `open` gives a new, empty log each time.
 *
 * ```ts
 * describeEventLog('mine', async () => ({ log: await openMine() }), { describe, test });
 * ```
 */
export const describeEventLog = (
  name: string,
  open: () => Promise<OpenedLog>,
  runner: Partial<TestRunner> = {},
): void => {
  const { describe, test } = runnerOr(runner);
  const it: LogTests['it'] = (title, body) =>
    test(title, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.log.close();
      }
    });
  describe(`event log: ${name}`, () => {
    const parts = [describeAppending, describeAppendingTogether, describeReading, describeSubscribing, describeLoading];
    for (const say of [...parts, describeLeasing, describeClosing]) say({ describe, it });
  });
};
