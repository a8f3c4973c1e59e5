import { Option } from 'commander';
import { secondsOf } from './arguments.ts';

export const DEFAULT_LOG = 'scoria.db';

/** What every verb takes, before or after its name. */
export interface Globals {
  readonly log?: string;
  readonly json?: boolean;
  readonly at?: string;
  readonly reason?: string;
  readonly user?: string;
  readonly project?: string;
  readonly commandId?: string;
  readonly nonUuidIds?: boolean;
  readonly rootHelper?: string;
  readonly wait?: number;
  readonly logLevel: string;
}

export const globalOptions = (): readonly Option[] => [
  new Option('--log <file>', `the event log, a SQLite file (default: ./${DEFAULT_LOG})`).env('SCORIA_LOG'),
  new Option('--json', 'print one JSON document; errors as JSON on standard error'),
  new Option('--at <when>', 'read as it was at a position of the log or an ISO time'),
  new Option('--reason <text>', 'why, for the record').env('SCORIA_REASON'),
  new Option('--user <name>', 'who, for the record (default: the user of this process)').env('SCORIA_USER'),
  new Option('--project <name>', 'for which project (default: scoria)').env('SCORIA_PROJECT'),
  new Option('--command-id <uuid>', 'the command happens once, however often it is given with this id'),
  new Option('--wait <seconds>', "how long to wait for another process's operation on the same volume (default: 30)")
    .argParser(secondsOf)
    .env('SCORIA_WAIT'),
  new Option('--non-uuid-ids', 'accept ids that are not UUIDs'),
  new Option('--root-helper <program>', 'what runs programs as root (default: sudo)').env('SCORIA_ROOT_HELPER'),
  new Option('--log-level <level>', 'what to log on standard error')
    .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('warn')
    .env('SCORIA_LOG_LEVEL'),
];
