import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { describeEventLog } from '../contract/event-log.ts';

describeEventLog('memory', async () => ({ log: createMemoryLog() }));
