import type { EventLog } from '../../../src/eventlog/port.ts';

export interface OpenedLog {
  /** Holds no event yet. */
  readonly log: EventLog;
  /** The same log once more, after `log` was closed; absent when nothing outlives a closed log. */
  readonly reopen?: () => Promise<EventLog>;
}
