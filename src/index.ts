export type { OutsideNote, Verified } from './audit/verifier/verify.ts';
export type { ExportNote } from './commands/cinderlib/export-notes.ts';
export type { ImportedRecord, ImportOutcome, ImportReport } from './commands/cinderlib/report.ts';
export type { HostExecutors } from './commands/executors.ts';
export type { CommandContext } from './commands/given.ts';
export type { Difference } from './commands/reconcile/compare.ts';
export type { OpenOnBackend, Reconciliation } from './commands/reconcile/reconcile.ts';
export type { UnreadableSecrets } from './commands/sealed-keys.ts';
export type { ConfiguredBackend } from './config/backends.ts';
export { type Configuration, type ConfigurationSources, loadConfiguration } from './config/configuration.ts';
export type { BackendPlan, BackendStep } from './config/plan.ts';
export type { Settings } from './config/schema.ts';
export type { Device } from './connectors/contract.ts';
export { connectorProperties, type PropertiesRequest } from './connectors/properties.ts';
export type { ArrayResource } from './domain/backend/resource.ts';
export { type Rejection, type RejectionCode, type RejectionKind, ScoriaError } from './domain/errors.ts';
export type { Actor, RecordedEvent } from './domain/event.ts';
export type { Json, JsonObject } from './domain/json.ts';
export { evolveVolume, resourceIdOf, type ScoriaEvent } from './domain/streams.ts';
export type {
  Connection as ConnectionRecord,
  Snapshot as SnapshotRecord,
  Volume as VolumeRecord,
  VolumeState,
} from './domain/volume/volume.ts';
export { connectorWith } from './drivers/connector-schema.ts';
export {
  type ConnectionInfo,
  type Connector,
  type Driver,
  type DriverDefinition,
  DriverFailure,
  defineDriver,
} from './drivers/contract.ts';
export { type MemoryArray, memoryArray } from './drivers/memory/array.ts';
export type { Fault } from './drivers/memory/faults.ts';
export { attachOptions, commonOptions, decimal, path, secret } from './drivers/options.ts';
export type { EventLog } from './eventlog/port.ts';
export { Audit, type Sealed, type VerifyInput } from './library/audit/audit.ts';
export type { AuditOptions } from './library/audit/options.ts';
export { Backend } from './library/backend.ts';
export type { CinderlibExportOptions } from './library/cinderlib-export.ts';
export type { CinderlibImportOptions, CinderlibSource } from './library/cinderlib-source.ts';
export type { Command, CommandInput, CommandName } from './library/commander.ts';
export { Connection } from './library/connection.ts';
export { type CopyLogOptions, checkLogs, copyLog, type LogComparison, type LogCopy } from './library/copied-log.ts';
export { createEngine, Engine, type EngineOptions } from './library/engine.ts';
export type { EnsuredExports } from './library/ensured-exports.ts';
export {
  attachConnection,
  detachConnection,
  extendConnection,
  type HandedOptions,
} from './library/handed-connection.ts';
export type { KeyStoreCommand } from './library/key-store.ts';
export type { Lag } from './library/lag.ts';
export { type MigrateOptions, migrateLog } from './library/migrate-log.ts';
export type { Policy } from './library/policy.ts';
export type { OpenOperation, RecoveredOperation } from './library/recovery.ts';
export { Snapshot } from './library/snapshot.ts';
export type { ProjectionLag, SealingPolicy, SealingStatus, Status } from './library/status.ts';
export type { ReportRange, View } from './library/view.ts';
export { Volume } from './library/volume.ts';
export { createLogger, type Logger, silentLogger } from './logging.ts';
export type { Progress } from './progress.ts';
export type { ReportFilter, ReportRow } from './projections/audit-report.ts';
export type { HistoryEntry } from './projections/history.ts';
export type { KeyedRow } from './projections/keyed-rows.ts';
export { defineProjection, type Projection, type Rows } from './projections/projection.ts';
export { Secret } from './secret.ts';
export type { DataKey, KeyStore, RotatedMaster } from './secrets/key-store.ts';
