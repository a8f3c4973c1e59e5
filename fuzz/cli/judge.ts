import { EXIT_CODE_MEANINGS, EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { type RejectionKind, rejections } from '../../src/domain/errors.ts';
import { Broken } from '../target.ts';
import type { Ended } from './in-process.ts';

const STACK = /\n\s+at .*(?:node:|file:|\.[jt]s:\d)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** Programs read the other form, which escapes what its format demands. */
const isForPeople = (text: string): boolean => !text.startsWith('{');

/** A refusal of these kinds writes no event; what ends unknown is recorded as that. */
const REFUSALS: readonly RejectionKind[] = ['invalid', 'not-found', 'conflict', 'busy', 'failed', 'log'];

const kinds = new Map<string, RejectionKind>(
  Object.values(rejections).map((reject) => {
    const { code, kind } = reject('', '');
    return [code, kind];
  }),
);

/** The kind of a code of the catalogue. */
export const kindOf = (code: string): RejectionKind => {
  const kind = kinds.get(code);
  if (kind === undefined) throw new Broken(`the code ${code} is not in the catalogue`);
  return kind;
};

/**
 * A refusal writes no event, unless it is how an operation failed that was begun: then that is recorded. That credentials
 * are to be shown is recorded before they are looked up.
 */
export const assertNothingDone = (code: string, written: readonly string[]): void => {
  const ending = written.at(-1);
  if (ending === undefined || /Failed$|^SecretsShown$/.test(ending) || !REFUSALS.includes(kindOf(code))) return;
  throw new Broken(`refused by ${code}, and recorded are ${written.join(', ')}`);
};

export const assertNoCanary = (where: string, text: string | Buffer, canaries: readonly string[]): void => {
  const found = canaries.find((canary) => text.includes(canary));
  if (found !== undefined) throw new Broken(`${where} holds the credential "${found}"`);
};

const firstLine = (text: string): string => text.slice(0, 400).split('\n', 1)[0] ?? '';

/** What holds of every command that ended: answers `accepted`, or the code of the error. */
export const judge = ({ code: exitCode, stdout, stderr }: Ended): string => {
  const documented = EXIT_CODE_MEANINGS.some(({ code }) => code === exitCode);
  if (!documented) throw new Broken(`exit code ${exitCode} is not documented: ${firstLine(stderr)}`);
  if (exitCode === 1) throw new Broken(`an error that Scoria did not foresee: ${stderr.slice(0, 2000)}`);
  if (STACK.test(stdout) || STACK.test(stderr)) throw new Broken(`a stack trace is shown: ${stderr.slice(0, 2000)}`);
  if (isForPeople(stderr) && CONTROL.test(stderr))
    throw new Broken(`control characters in ${JSON.stringify(stderr.slice(0, 400))}`);
  if (exitCode === 0) return 'accepted';
  const code = /^(?: {2}code: | {4}"code": ")(\w+)/m.exec(stderr)?.[1];
  if (code === undefined) throw new Broken(`exit code ${exitCode}, and no code: ${firstLine(stderr)}`);
  const expected = EXIT_CODES[kindOf(code)];
  if (expected !== exitCode) throw new Broken(`${code} ends with ${exitCode}, not with ${expected}`);
  return code;
};
