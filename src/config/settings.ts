import { ENGINE_DEFAULTS } from '../library/engine-defaults.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What is configured besides backends. Without zod, so that `scoria --help` can show it. */
export interface Setting {
  /** As the command line takes it; what is set once and for all has no flag. */
  readonly flag: string | null;
  readonly description: string;
  /** In the units of the file; `null` where it is no value of its own. */
  readonly default: string | number | boolean | null;
  /** What the default is, where no value says it. */
  readonly otherwise?: string;
}

const seconds = (milliseconds: number): number => milliseconds / 1000;

export const SETTINGS = {
  log: {
    flag: '--log <log>',
    description:
      'The event log: a SQLite file, :memory:, or the URL of a log on a server (esdb://, postgres://, mysql://)',
    default: 'scoria.db',
  },
  user: {
    flag: '--user <name>',
    description: 'Who gives commands, for the record',
    default: null,
    otherwise: 'the user of this process',
  },
  project: {
    flag: '--project <name>',
    description: 'For which project, for the record',
    default: ENGINE_DEFAULTS.project,
  },
  wait: {
    flag: '--wait <seconds>',
    description: "How long to wait for another process's operation on the same volume, in seconds",
    default: seconds(ENGINE_DEFAULTS.busyTimeoutMs),
  },
  non_uuid_ids: {
    flag: '--non-uuid-ids',
    description: 'Whether to accept ids that are not UUIDs',
    default: ENGINE_DEFAULTS.nonUuidIds,
  },
  root_helper: {
    flag: '--root-helper <program>',
    description: 'What runs programs as root; nothing when it is empty',
    default: ENGINE_DEFAULTS.rootHelper,
  },
  os_brick_python: {
    flag: null,
    description:
      'The Python that has os-brick, which attaches volumes of protocols that Scoria has no connector of its own for',
    default: ENGINE_DEFAULTS.osBrickPython,
  },
  log_level: {
    flag: '--log-level <level>',
    description: 'What to log on standard error',
    default: 'warn',
  },
  projections: {
    flag: '--projection <module>',
    description: 'Read models of your own: modules (./module.ts, npm:package) whose default export is a projection',
    default: null,
    otherwise: 'none',
  },
  key_store: {
    flag: null,
    description:
      'The key store, which credentials that storage makes are sealed by: a file apart from the log, or a program (command: [...])',
    default: null,
    otherwise:
      'the log with `.keys` behind its name; tables beside the events in PostgreSQL and MySQL; none for EventStoreDB',
  },
  master_key: {
    flag: null,
    description:
      'A reference to the master key, which wraps the keys of the key store: 32 bytes, in base64 or hexadecimal',
    default: null,
    otherwise:
      'the key store with `.master-key` behind its name, a file that is made when it is first needed; none for keys in a database',
  },
  shred_deleted: {
    flag: null,
    description: 'Whether deleting a volume destroys the keys of its credentials',
    default: ENGINE_DEFAULTS.shredDeleted,
  },
  operations_per_backend: {
    flag: null,
    description: 'How many operations run at once on one backend, in one process',
    default: null,
    otherwise: 'any number',
  },
  lease: {
    flag: null,
    description: 'How long a process that shows no sign of life keeps its operations, in seconds',
    default: seconds(ENGINE_DEFAULTS.leaseMs),
  },
  lock_timeout: {
    flag: null,
    description:
      "How long another process may hold the log's lock, or its server be away when it is opened, in seconds",
    default: seconds(ENGINE_DEFAULTS.lockTimeoutMs),
  },
  catch_up_timeout: {
    flag: null,
    description: 'How long a read waits for read models that get no further, in seconds',
    default: seconds(ENGINE_DEFAULTS.catchUpTimeoutMs),
  },
  effect_timeout: {
    flag: null,
    description: 'After how long the end of a call to a driver counts as unknown, in seconds',
    default: seconds(ENGINE_DEFAULTS.effectTimeoutMs),
  },
  stop_timeout: {
    flag: null,
    description:
      'How long a call to a driver may go on after an interruption, in seconds; then its end counts as unknown',
    default: seconds(ENGINE_DEFAULTS.stopTimeoutMs),
  },
  reconcile_timeout: {
    flag: null,
    description: 'How long a driver is asked about a call that ended neither way, in seconds',
    default: seconds(ENGINE_DEFAULTS.reconcileTimeoutMs),
  },
  host: {
    flag: null,
    description: 'What this process calls its host, for backends that say which hosts may execute',
    default: null,
    otherwise: 'the name of the machine',
  },
  offer_timeout: {
    flag: null,
    description: 'How long an operation that this host may not execute is offered to those that may, in seconds',
    default: seconds(ENGINE_DEFAULTS.offerTimeoutMs),
  },
  drain_timeout: {
    flag: null,
    description: "How long a freeze or a removal waits for a backend's operations, in seconds",
    default: seconds(ENGINE_DEFAULTS.drainTimeoutMs),
  },
  audit_key_file: {
    flag: null,
    description: 'The file with the private key that signs checkpoints; only its owner may read it',
    default: null,
    otherwise: 'none: nothing is sealed',
  },
  audit_notes_directory: {
    flag: null,
    description:
      "Where the notes of this log's checkpoints are written, best on another disk; a log that lacks the newest is refused",
    default: null,
    otherwise: 'none',
  },
  audit_notes_command: {
    flag: null,
    description: "A program and its arguments that get each checkpoint's note on standard input",
    default: null,
    otherwise: 'none',
  },
  audit_every_events: {
    flag: null,
    description: 'After how many events a program that stays open seals the log',
    default: null,
    otherwise: 'not by count',
  },
  audit_every_seconds: {
    flag: null,
    description: 'How often a program that stays open seals the log if something is new, in seconds',
    default: null,
    otherwise: 'not by time',
  },
  audit_at_close: {
    flag: null,
    description: 'Whether a program that stays open seals the log when it ends',
    default: null,
    otherwise: 'true with audit_every_events or audit_every_seconds, else false',
  },
  require_reason: {
    flag: null,
    description: 'Whether commands without a reason are refused',
    default: false,
  },
  allowed_actors: {
    flag: null,
    description: 'Who may give commands: users (ada), or users for a project (ada@mail)',
    default: null,
    otherwise: 'everybody',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

export const isSetting = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name);

export const environmentOf = (name: SettingName): string => `SCORIA_${name.toUpperCase()}`;

/** `--wait`, without what it takes. */
export const flagOf = (name: SettingName): string | null => SETTINGS[name].flag?.split(' ')[0] ?? null;

export const defaultText = (name: SettingName): string => {
  const setting: Setting = SETTINGS[name];
  return setting.otherwise ?? String(setting.default);
};
