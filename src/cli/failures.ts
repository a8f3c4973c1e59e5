import { CommanderError } from 'commander';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import { coloured } from './colour.ts';
import { EXIT_CODES, UNEXPECTED } from './exit-codes.ts';
import { Interrupted, stoppedBy } from './interruption.ts';
import { printable } from './printable.ts';
import { toJson } from './report.ts';

/** Says what went wrong on standard error; answers the exit code. */
export const reportFailure = (error: unknown, json: boolean): number => {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof Interrupted) return reportStop(error, json);
  const rejection = rejectionOf(error);
  if (rejection === null) return reportUnexpected(error, json);
  process.stderr.write(json ? asJson(rejection) : asText(rejection));
  return EXIT_CODES[rejection.kind];
};

const reportStop = ({ signal, message, exitCode }: Interrupted, json: boolean): number => {
  const remedy = 'give the command again';
  process.stderr.write(
    json
      ? `${toJson({ error: { code: 'Interrupted', message, remedy, details: { signal } } }, 2)}\n`
      : `interrupted: ${message}\n`,
  );
  return exitCode;
};

/** For a command that was done when it was to stop. */
export const reportInterruption = (json: boolean): void => {
  if (stoppedBy() !== null && !json) process.stderr.write('interrupted: the command came to its end first\n');
};

const rejectionOf = (error: unknown): Rejection | null => {
  if (error instanceof ScoriaError) return error.rejection;
  return error instanceof CommanderError ? usageRejection(error) : null;
};

/** `error: unknown command 'creat'\n(Did you mean create?)` and its like, in our own shape. */
const usageRejection = ({ code, message }: CommanderError): Rejection => {
  const [, what = message, suggestion] =
    /^(?:error: )?([\s\S]*?)(?:\n\((Did you mean [\s\S]*)\))?$/.exec(message) ?? [];
  const said = code === 'commander.help' ? 'there is no verb' : what.replace(/\.$/, '');
  const remedy = suggestion?.replace(/^Did you mean one of /, 'did you mean one of ').replace(/^Did/, 'did');
  const help =
    code === 'commander.unknownCommand'
      ? '`scoria --help` shows what there is'
      : 'put --help behind it to see what it takes';
  return rejections.InvalidInput(said, remedy ?? help, { usage: code });
};

const asJson = ({ code, message, remedy, details }: Rejection): string =>
  `${toJson({ error: { code, message, remedy, details } }, 2)}\n`;

const asText = ({ code, message, remedy }: Rejection): string =>
  `${coloured('red', 'error:', process.stderr)} ${printable(message)}\n  hint: ${printable(remedy)}\n  code: ${code}\n`;

const reportUnexpected = (error: unknown, json: boolean): number => {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = /\bE[MN]FILE\b/.test(message)
    ? 'raise the limit of open files: ulimit -n'
    : 'this is a defect of Scoria: please report it with what follows';
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  process.stderr.write(
    json
      ? `${toJson({ error: { code: 'Unexpected', message, remedy, details: { stack } } }, 2)}\n`
      : `error: ${printable(message)}\n  hint: ${remedy}\n  code: Unexpected\n${stack}\n`,
  );
  return UNEXPECTED;
};
