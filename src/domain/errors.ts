import type { Json } from './json.ts';

/** How a caller can meet a rejection; the command line's exit codes are these kinds. */
export type RejectionKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'busy'
  | 'failed'
  | 'unknown'
  | 'log'
  | 'differs'
  | 'behind';

type Details = { readonly [key: string]: Json };

export interface Rejected<Code extends string> {
  readonly code: Code;
  readonly kind: RejectionKind;
  /** One sentence for people: what was wrong, and where. */
  readonly message: string;
  /** What would be right. */
  readonly remedy: string;
  readonly details: Details;
}

const rejection =
  <Code extends string>(code: Code, kind: RejectionKind) =>
  (message: string, remedy: string, details: Details = {}): Rejected<Code> => ({
    code,
    kind,
    message,
    remedy,
    details,
  });

/** Every refusal and failure that Scoria reports. Codes are stable: scripts and programs branch on them. */
export const rejections = {
  InvalidInput: rejection('InvalidInput', 'invalid'),
  InvalidConfiguration: rejection('InvalidConfiguration', 'invalid'),
  InvalidConnector: rejection('InvalidConnector', 'invalid'),
  UnknownDriver: rejection('UnknownDriver', 'invalid'),
  InvalidDriverOption: rejection('InvalidDriverOption', 'invalid'),
  InvalidDump: rejection('InvalidDump', 'invalid'),
  InvalidNote: rejection('InvalidNote', 'invalid'),
  InvalidProof: rejection('InvalidProof', 'invalid'),
  InvalidAuditKey: rejection('InvalidAuditKey', 'invalid'),
  RefusedByPolicy: rejection('RefusedByPolicy', 'invalid'),
  UnsupportedByDriver: rejection('UnsupportedByDriver', 'invalid'),
  SizeExceedsBackend: rejection('SizeExceedsBackend', 'invalid'),
  CannotShrink: rejection('CannotShrink', 'invalid'),

  VolumeNotFound: rejection('VolumeNotFound', 'not-found'),
  SnapshotNotFound: rejection('SnapshotNotFound', 'not-found'),
  ConnectionNotFound: rejection('ConnectionNotFound', 'not-found'),
  BackendNotFound: rejection('BackendNotFound', 'not-found'),
  ResourceNotFound: rejection('ResourceNotFound', 'not-found'),
  KeyNotFound: rejection('KeyNotFound', 'not-found'),
  ProjectionNotFound: rejection('ProjectionNotFound', 'not-found'),
  PositionNotFound: rejection('PositionNotFound', 'not-found'),
  EventNotFound: rejection('EventNotFound', 'not-found'),

  AlreadyExists: rejection('AlreadyExists', 'conflict'),
  AmbiguousName: rejection('AmbiguousName', 'conflict'),
  BackendConfigurationDiffers: rejection('BackendConfigurationDiffers', 'conflict'),
  BackendFrozen: rejection('BackendFrozen', 'conflict'),
  BackendInUse: rejection('BackendInUse', 'conflict'),
  InvalidVolume: rejection('InvalidVolume', 'conflict'),
  InvalidSnapshot: rejection('InvalidSnapshot', 'conflict'),
  InvalidConnection: rejection('InvalidConnection', 'conflict'),
  VolumeHasSnapshots: rejection('VolumeHasSnapshots', 'conflict'),
  VolumeConnected: rejection('VolumeConnected', 'conflict'),
  KnownToRecord: rejection('KnownToRecord', 'conflict'),
  NotAdoptable: rejection('NotAdoptable', 'conflict'),
  NotOnArray: rejection('NotOnArray', 'conflict'),
  StillOnArray: rejection('StillOnArray', 'conflict'),
  SourcePinned: rejection('SourcePinned', 'conflict'),
  NotMultiattach: rejection('NotMultiattach', 'conflict'),
  NotSealed: rejection('NotSealed', 'conflict'),
  NothingToAccept: rejection('NothingToAccept', 'conflict'),
  CommandIdReused: rejection('CommandIdReused', 'conflict'),
  NotOnThisHost: rejection('NotOnThisHost', 'conflict'),
  ResourceBusy: rejection('ResourceBusy', 'busy'),
  NotTakenUp: rejection('NotTakenUp', 'busy'),

  FollowerBehind: rejection('FollowerBehind', 'behind'),
  SealerBehind: rejection('SealerBehind', 'behind'),

  ProjectionFailed: rejection('ProjectionFailed', 'failed'),
  DriverFailed: rejection('DriverFailed', 'failed'),
  ValidationFailed: rejection('ValidationFailed', 'failed'),
  ConnectorFailed: rejection('ConnectorFailed', 'failed'),
  ExportsNotEnsured: rejection('ExportsNotEnsured', 'failed'),
  NoteNotWritten: rejection('NoteNotWritten', 'failed'),
  OutputNotWritten: rejection('OutputNotWritten', 'failed'),
  KeyStoreUnavailable: rejection('KeyStoreUnavailable', 'failed'),
  OutcomeUnknown: rejection('OutcomeUnknown', 'unknown'),
  ValidationIncomplete: rejection('ValidationIncomplete', 'unknown'),

  BackendDiffers: rejection('BackendDiffers', 'differs'),
  LogsDiffer: rejection('LogsDiffer', 'differs'),

  LogNotFound: rejection('LogNotFound', 'log'),
  LogInvalid: rejection('LogInvalid', 'log'),
  LogRolledBack: rejection('LogRolledBack', 'log'),
  RecordBroken: rejection('RecordBroken', 'log'),
  LogNewer: rejection('LogNewer', 'log'),
  LogNotMigrated: rejection('LogNotMigrated', 'log'),
  LogNotDurable: rejection('LogNotDurable', 'log'),
  LogTruncated: rejection('LogTruncated', 'log'),
  LogAppendTooLarge: rejection('LogAppendTooLarge', 'log'),
  LogAccessDenied: rejection('LogAccessDenied', 'log'),
  LogReadOnly: rejection('LogReadOnly', 'log'),
  LogNotEmpty: rejection('LogNotEmpty', 'log'),
  LogFull: rejection('LogFull', 'log'),
  LogUnavailable: rejection('LogUnavailable', 'log'),
  LogClosed: rejection('LogClosed', 'log'),
  ProjectionBehind: rejection('ProjectionBehind', 'log'),
  WrongRevision: rejection('WrongRevision', 'log'),
} as const;

export type Rejection = ReturnType<(typeof rejections)[keyof typeof rejections]>;
export type RejectionCode = Rejection['code'];

/** A rejection as the typed error that the public door throws and that shells pass upwards. */
export class ScoriaError extends Error {
  override readonly name = 'ScoriaError';
  /** All of it as plain data. */
  readonly rejection: Rejection;

  constructor(rejection: Rejection, options?: ErrorOptions) {
    super(`${rejection.message}; ${rejection.remedy}`, options);
    this.rejection = rejection;
  }

  /** Its stable code. */
  get code(): RejectionCode {
    return this.rejection.code;
  }

  /** What a caller can do about it. */
  get kind(): RejectionKind {
    return this.rejection.kind;
  }

  /** What would be right. */
  get remedy(): string {
    return this.rejection.remedy;
  }

  /** What it is about: ids, names, limits. */
  get details(): Details {
    return this.rejection.details;
  }

  /** The rejection, for `JSON.stringify`. */
  toJSON(): Rejection {
    return this.rejection;
  }
}
