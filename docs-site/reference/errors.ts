import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { type RejectionCode, type RejectionKind, rejections } from '../../src/domain/errors.ts';
import { ERROR_WORDS, type ErrorWords } from './error-words.ts';
import { code, type Page, page, paragraphs, table } from './markdown.ts';

const KINDS: Readonly<Record<RejectionKind, string>> = {
  invalid: 'A mistake in what was given. The same again fails again.',
  'not-found': 'There is no such resource.',
  conflict: 'What was asked is right, but the state of the resource forbids it now.',
  busy: 'Another operation holds the resource. The same again may succeed.',
  failed: 'Something outside of Scoria failed. The operation ended, and left nothing behind.',
  unknown: 'Whether it was done is not known. The same command id again asks the storage again.',
  log: 'The log itself. Nothing was recorded.',
  behind: 'What was recorded is safe, but something that follows the log is not as far as the log.',
  differs: 'The storage and the record do not say the same. The report says in what.',
};

const rowOf = (name: RejectionCode): readonly string[] => {
  const words: ErrorWords | undefined = ERROR_WORDS[name];
  if (words === undefined) throw new Error(`the code ${name} has no words in docs-site/reference/error-words.ts`);
  return [code(name), `${words.means}.`, `${words.right}.`];
};

/** `docs/reference/errors.md`: every code of the closed union. */
export const errorsPage = (): Page => {
  const codes = Object.keys(rejections) as readonly RejectionCode[];
  const kindOf = (name: RejectionCode): RejectionKind => rejections[name]('', '').kind;
  return page(
    'docs/reference/errors.md',
    'src/domain/errors.ts',
    '# Errors',
    `Every refusal and failure has one of ${codes.length} codes, and each code one kind. Codes, kinds and exit codes are stable:
programs and scripts may branch on them. Messages, hints and what else is in \`details\` are for people, and may change.`,
    `The library throws a \`ScoriaError\` with \`code\`, \`kind\`, \`message\`, \`remedy\` and \`details\`; \`engine.execute\` answers the
same as the left side of an \`Either\`. The command line prints it on standard error, with \`--json\` as
\`{"error": {"code", "message", "remedy", "details"}}\`, and ends with the kind's exit code.`,
    table(
      ['kind', 'exit code', 'what it means'],
      Object.entries(KINDS).map(([kind, words]) => [code(kind), String(EXIT_CODES[kind as RejectionKind]), words]),
    ),
    'An error that is none of these is a defect of Scoria; the command line ends with exit code 1.',
    ...Object.keys(KINDS).map((kind) =>
      paragraphs(
        `## ${kind}`,
        table(['code', 'what it means', 'what is right'], codes.filter((name) => kindOf(name) === kind).map(rowOf)),
      ),
    ),
  );
};
