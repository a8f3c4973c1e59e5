export { CAPABILITIES, type Capability } from './domain/backend/backend.ts';
export type { StoredEvent } from './domain/event.ts';
export type { VolumeState } from './domain/volume/volume.ts';
export type { Append, AppendResult, EventLog, EventToAppend } from './eventlog/port.ts';
export type { DriverCheck, Need } from './testing/driver/check.ts';
export { driverChecks } from './testing/driver/checks.ts';
export type { Leftover } from './testing/driver/clean-up.ts';
export { type DescribeDriverOptions, describeDriver } from './testing/driver/describe.ts';
export type { AttachedBytes } from './testing/driver/host-bytes.ts';
export { type BackendUnderTest, type DriverSubject, openSubject } from './testing/driver/subject.ts';
export { checkDriver, checksNamed, type DriverCheckRequest } from './testing/driver-check/check-driver.ts';
export { type CleanUpReport, cleanUpJournal } from './testing/driver-check/clean-up-journal.ts';
export { madeIn, openJournal } from './testing/driver-check/journal.ts';
export type { CheckReport, DriverReport, ModelReport, Progress } from './testing/driver-check/report.ts';
export { type EngineCheck, engineChecks } from './testing/engine/checks.ts';
export type { OpenedLog } from './testing/event-log/opened-log.ts';
export { describeEventLog } from './testing/event-log/suite.ts';
export { checkId, isCheckId } from './testing/ids.ts';
export type { LifecycleFailure } from './testing/lifecycle/check-lifecycle.ts';
export {
  type CommandArbitraries,
  type CommandChoices,
  commandArbitraries,
  VOLUMES,
} from './testing/lifecycle/commands.ts';
export type { EventLine } from './testing/lifecycle/event-lines.ts';
export { arrayFaults } from './testing/lifecycle/faults.ts';
export { findDifferences } from './testing/lifecycle/find-differences.ts';
export type { Ending } from './testing/lifecycle/rule.ts';
export { type Answer, give as foretell } from './testing/lifecycle/rules.ts';
export { emptyStorage, type Limits, type Storage } from './testing/lifecycle/storage.ts';
export { commandInWords } from './testing/lifecycle/words.ts';
export type { TestContext, TestRunner } from './testing/runner.ts';
export { openTestEngine, type TestEngine } from './testing/test-engine.ts';
