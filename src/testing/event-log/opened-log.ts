import type { EventLog } from '../../eventlog/port.ts';

/** An event log under test. */
export interface OpenedLog {
  /** Holds no event yet. The suite closes it. */
  readonly log: EventLog;
  /** The same log once more, after `log` was closed; absent when nothing outlives a closed log. */
  readonly reopen?: () => Promise<EventLog>;
}

/** How the suite's parts say their tests: each test gets a log of its own. */
export interface LogTests {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: (opened: OpenedLog) => Promise<void>): unknown;
}
