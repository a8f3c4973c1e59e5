import { afterEach, beforeEach, describe } from 'vitest';
import { describeAppending } from './event-log/appending.ts';
import { describeClosing } from './event-log/closing.ts';
import { describeLoading } from './event-log/loading.ts';
import type { OpenedLog } from './event-log/opened-log.ts';
import { describeReading } from './event-log/reading.ts';
import { describeSubscribing } from './event-log/subscribing.ts';

/** What every adapter of the port `EventLog` must do. `open` gives a new, empty log each time. */
export const describeEventLog = (name: string, open: () => Promise<OpenedLog>) =>
  describe(`event log: ${name}`, () => {
    let opened: OpenedLog;
    const current = () => opened;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.log.close());

    describeAppending(current);
    describeReading(current);
    describeSubscribing(current);
    describeLoading(current);
    describeClosing(current);
  });
