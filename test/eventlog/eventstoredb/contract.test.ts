import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { describeEventLog } from '../../../src/testing/event-log/suite.ts';
import { openLog, server } from './opened.ts';

/** Each test has a record of its own under a prefix of its own, on one server with all the others. */
describeEventLog(
  'eventstoredb',
  async () => {
    const url = `${await server()}&prefix=test-${randomUUID()}`;
    return { log: await openLog(url), reopen: () => openLog(url, { ifMissing: 'refuse' }) };
  },
  { describe, test: it },
);
