import { describe, test } from 'vitest';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { describeEventLog } from '../../src/testing/event-log/suite.ts';

describeEventLog('memory', async () => ({ log: createMemoryLog() }), { describe, test });
