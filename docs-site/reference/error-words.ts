import type { RejectionCode } from '../../src/domain/errors.ts';

export interface ErrorWords {
  readonly means: string;
  readonly right: string;
}

/** A new code does not compile until it has its words here. */
export const ERROR_WORDS: Readonly<Record<RejectionCode, ErrorWords>> = {
  InvalidInput: {
    means: 'An argument, option or field has the wrong form, is missing, or is not known. The message names it',
    right: 'What the hint says; [commands](commands.md) and [`scoria`](cli.md) list what there is',
  },
  InvalidConnector: {
    means: "The host's connector properties lack something that the driver needs. `details.problems` names it",
    right: 'The properties of the host that is to attach: `scoria connector` prints those of this host',
  },
  UnknownDriver: {
    means: 'There is no such driver, its module cannot be loaded or exports no driver, or the driver lacks a method',
    right: 'A name of `scoria driver list`, `./driver.ts` or `npm:package`',
  },
  InvalidConfiguration: {
    means:
      'A setting is wrong, in `scoria.yaml` or the environment. The message and `details` say file, line and field',
    right:
      'What the hint says; `scoria config check` lists every mistake, [configuration](configuration.md) every name',
  },
  InvalidDriverOption: {
    means: "The driver has no such option, its value is wrong, or the backend's options are not known",
    right: 'The options of `scoria driver show NAME`; a credential as a reference',
  },
  InvalidDump: {
    means:
      'The file is neither a dump nor an export of events, or something in it does not hold. `details` has line and field',
    right: 'The file as Scoria wrote it. Nothing was loaded',
  },
  InvalidNote: {
    means: 'A file is no signed note of a checkpoint, or not the one that is wanted',
    right: 'A `.note` file as Scoria wrote it, of this log',
  },
  InvalidProof: {
    means: 'The proof does not hold: it was changed, is about something else, or is not signed with the trusted key',
    right: 'The proof as `scoria audit prove` wrote it, and the key that signed its checkpoint',
  },
  InvalidAuditKey: {
    means: 'No key file is configured, others can read it, it holds no Ed25519 key, or not the key of this log',
    right: 'What the hint says; `scoria audit key create FILE` makes a key file',
  },
  RefusedByPolicy: {
    means: 'The command has no reason where one is demanded, or its actor is not among those who may give commands',
    right: 'A `--reason`, or somebody who may. Nothing was recorded',
  },
  UnsupportedByDriver: {
    means: "The backend's driver lacks the capability. `details.capability` names it",
    right: 'A backend whose driver has it: `scoria backend show NAME` lists them',
  },
  SizeExceedsBackend: {
    means: 'No pool of the backend could hold a volume of this size, even when empty',
    right: 'At most `details.largest` GiB',
  },
  CannotShrink: {
    means: 'The size is smaller than what the volume, or what it is copied from, has already',
    right: 'At least `details.size` GiB',
  },
  VolumeNotFound: {
    means: 'There is no such volume, or it is deleted',
    right: 'An id or name of `scoria volume list`',
  },
  SnapshotNotFound: {
    means: 'There is no such snapshot, or it is deleted',
    right: 'An id or name of `scoria snapshot list`',
  },
  ConnectionNotFound: {
    means: 'There is no such connection, or its host is disconnected',
    right: 'An id of `scoria connection list`',
  },
  BackendNotFound: { means: 'There is no such backend', right: 'A name of `scoria backend list`' },
  KeyNotFound: { means: 'The key is not there', right: 'A key of `scoria kv list`' },
  ProjectionNotFound: {
    means: 'There is no such projection, or it has no rows by key to show',
    right: 'A name of `scoria projection list`; your own are given to `createEngine({ projections })`',
  },
  PositionNotFound: {
    means: 'The log does not reach the position that `--at` asks for',
    right: 'At most `details.head`',
  },
  EventNotFound: {
    means: 'The log holds no event of this id or position',
    right: 'An id or position of `scoria events list --json`',
  },
  ResourceNotFound: {
    means: 'The array has nothing of this name',
    right: 'A name that `scoria backend reconcile` shows',
  },
  KnownToRecord: {
    means: 'What the array has under this name belongs to something on the record',
    right: 'The commands for what is on the record: `scoria volume delete` and its like',
  },
  NotAdoptable: {
    means: 'What the array has under this name cannot become a volume: it is in use, half made, or no volume',
    right: 'What the message says of it; `scoria backend delete-resource` deletes it',
  },
  NotOnArray: {
    means: 'The status says that the array has it, and the array has not',
    right: 'The status `error`, or the end of its record: `scoria volume forget`, `scoria snapshot delete`',
  },
  StillOnArray: {
    means: 'The array has still what is to be forgotten. `details.still_there` names it',
    right: 'Delete it; `--force` forgets it all the same, and leaves it on the array with no owner',
  },
  LogsDiffer: {
    means: 'Two logs that were compared do not hold the same events',
    right: 'What `scoria audit verify` says of each; a copy that was interrupted goes on when it is given again',
  },
  BackendDiffers: {
    means: 'The array and the record do not say the same',
    right: 'What the report says of each difference',
  },
  AlreadyExists: { means: 'The id that was given belongs to something, or did once', right: 'Another id, or none' },
  AmbiguousName: { means: 'Several resources have the name', right: 'The id' },
  BackendConfigurationDiffers: {
    means: 'There is a backend of this name with another driver or other options',
    right: 'The same configuration, another name, or `scoria backend change`',
  },
  BackendFrozen: { means: 'The backend is frozen or being removed', right: '`scoria backend thaw NAME`' },
  NotOnThisHost: {
    means: 'Only the hosts of its backend may ask the driver, and this is none of them. `details.hosts` names them',
    right: 'Give the command on one of these hosts',
  },
  NotTakenUp: {
    means: 'No host that may execute the operation took it up before its offer ended. Nothing was done',
    right: 'See that `scoria serve` runs on a host that the message names, and give the command again',
  },
  BackendInUse: { means: 'The backend holds volumes, so it cannot be forgotten', right: 'Delete its volumes first' },
  InvalidVolume: {
    means: 'The status of the volume forbids it',
    right: 'One of the statuses in `details.allowed`',
  },
  InvalidSnapshot: {
    means: 'The status of the snapshot forbids it, or it is not the newest where only the newest will do',
    right: 'What the hint says',
  },
  InvalidConnection: {
    means: 'The status of the connection forbids it, or it is for another host',
    right: 'What the hint says',
  },
  VolumeHasSnapshots: { means: 'A volume with snapshots cannot be deleted', right: 'Delete `details.snapshots` first' },
  VolumeConnected: {
    means: 'A volume with connections cannot be deleted',
    right: 'Detach it, or delete `details.connections`, first',
  },
  SourcePinned: {
    means: 'The volume or snapshot is being copied',
    right: 'Again when the copies, `details.copies`, have ended',
  },
  NotMultiattach: {
    means: 'Another host is connected, and the volume is for one host only',
    right: 'Disconnect that host, or create the volume with `multiattach`',
  },
  NotSealed: {
    means: 'No checkpoint covers what is to be proven, or the log was never sealed',
    right: '`scoria audit seal`, then again',
  },
  NothingToAccept: {
    means: 'The log holds every note of the notes directory, so there is no loss to accept',
    right: 'Nothing needs to be done',
  },
  CommandIdReused: {
    means: 'The command id belongs to a command with other content',
    right: 'An id of its own for each command',
  },
  ResourceBusy: {
    means: 'Another operation holds it, and did not end while the command waited. The message says whose',
    right: 'Again when it has ended, or with a longer `--wait`',
  },
  ProjectionBehind: {
    means:
      'A read waited for a read model that gets no further: its file is locked, or the log does not answer. The message says how far it is',
    right: 'Look at what holds it, or give it longer by `catch_up_timeout`. What was recorded is safe',
  },
  FollowerBehind: {
    means: "`scoria status` found that a read model of this host did not get to the log's head in time",
    right: 'What the finding says; `scoria projection status` shows how far each is',
  },
  SealerBehind: {
    means:
      '`scoria status` found that more events, or older ones, are without a checkpoint than the settings of the sealing allow',
    right: 'See whether the program that seals still runs, and what it logs; `scoria audit seal` seals now',
  },
  ProjectionFailed: {
    means: 'The fold of a projection threw an error. `details` has the event',
    right: 'Correct the fold and raise its version',
  },
  DriverFailed: {
    means: 'The driver refused or failed, and nothing of the operation is left on the array',
    right: 'What the hint says',
  },
  ValidationFailed: {
    means:
      '`scoria validate` found a backend that fails a check, has no driver or cannot be used. The report says which',
    right: 'What the report says of each',
  },
  ConnectorFailed: {
    means: 'The host side of an attachment failed, and nothing is changed on this host',
    right: 'What the hint says',
  },
  ExportsNotEnsured: {
    means: 'The exports of some volumes are not as their hosts need them. The report says of each why',
    right: 'What the report says of each; then the same command again',
  },
  NoteNotWritten: {
    means: 'A checkpoint is recorded, but its note could not be handed out',
    right: '`scoria audit seal` when the directory or the command works again',
  },
  OutputNotWritten: {
    means:
      'A file, or standard output, did not take all of what was to be written: its disk or quota is full, or fails',
    right: 'The command again, with room on the disk or another path. A file that stood there before is as it was',
  },
  KeyStoreUnavailable: {
    means:
      'A credential cannot be sealed or opened: the key store, its master key or the key is not there. A command that would need it is refused before anything is recorded',
    right: 'The key store and the master key that were used when it was sealed: [secrets](../how-to/secrets.md)',
  },
  OutcomeUnknown: {
    means:
      'The driver ended neither way and could not tell afterwards. The resource is in error, with the question on it',
    right: 'The same command under the same command id, when the storage answers again',
  },
  ValidationIncomplete: {
    means: '`scoria validate` found nothing wrong, but not every check could be run. The report says why',
    right: 'A host that can attach the volumes, or the check by hand',
  },
  LogNotFound: {
    means: 'There is no event log at this path',
    right: 'The path of one; `scoria backend add` and `scoria load` start one',
  },
  LogInvalid: {
    means: 'The file is no event log of Scoria, or is damaged',
    right: 'Another file, or [restore](../how-to/back-up-and-restore.md) this one',
  },
  LogRolledBack: {
    means: 'The log does not hold a checkpoint that is kept outside: an older copy took its place, or it was rewritten',
    right: 'The newer log; or `scoria audit accept --reason …`, which records that it is lost',
  },
  RecordBroken: {
    means: 'Verification found something that is not as it was recorded or signed. The message says the first place',
    right: 'A copy that verifies; [audit](../how-to/audit.md) says what can be concluded',
  },
  LogNewer: { means: 'A newer Scoria wrote this log', right: 'That Scoria, or a newer one' },
  LogNotMigrated: {
    means: "The log's database has no tables of Scoria, or those of an older version",
    right: '`scoria log migrate`, as a role that may create tables',
  },
  LogNotDurable: {
    means: 'The server acknowledges what a power cut would take',
    right: "The server's settings for durable commits, which the message names",
  },
  LogTruncated: {
    means: "Events of the record were deleted on the log's server, or its settings let them go",
    right: 'Settings that keep everything; where events are gone, an export that verifies',
  },
  LogAppendTooLarge: {
    means: "The log's server takes no append of that size. Nothing was recorded",
    right: "The server's limit at its default or higher",
  },
  LogAccessDenied: {
    means: "The log's server refuses the user, its credential or what it wants to do",
    right: 'The right credential, and the privileges that the how-to page of the server lists',
  },
  LogReadOnly: {
    means: 'The log cannot be written',
    right: 'Permission to write the file and its directory; the primary server, not a replica',
  },
  LogNotEmpty: { means: 'A dump or an export can only be loaded into a log that holds nothing', right: 'A new log' },
  LogFull: {
    means:
      'The disk or the quota is full, and what was to be recorded is not. The message says if an operation stands open',
    right: 'More space; then the command again',
  },
  LogUnavailable: { means: 'The log was locked by another process for too long, or cannot be reached', right: 'Again' },
  LogClosed: { means: 'The engine or the log was closed already', right: 'Open it again' },
  WrongRevision: {
    means: 'Events to be loaded do not follow on each other in their stream',
    right: 'The events of each stream in order, without a gap',
  },
};
