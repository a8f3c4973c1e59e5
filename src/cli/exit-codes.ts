import type { RejectionKind } from '../domain/errors.ts';

/** What the process ends with, by the kind of the error. Scripts branch on these numbers: they do not change. */
export const EXIT_CODES = {
  invalid: 2,
  'not-found': 3,
  conflict: 4,
  busy: 5,
  failed: 6,
  unknown: 7,
  log: 8,
  differs: 9,
  behind: 10,
} as const satisfies Record<RejectionKind, number>;

export const UNEXPECTED = 1;

/** The table that `--help` and the reference show. */
export const EXIT_CODE_MEANINGS: readonly { readonly code: number; readonly name: string; readonly meaning: string }[] =
  [
    { code: 0, name: 'ok', meaning: 'it was done, or there was nothing to do' },
    { code: UNEXPECTED, name: 'unexpected', meaning: 'an error that Scoria did not foresee' },
    { code: EXIT_CODES.invalid, name: 'invalid', meaning: 'a mistake in the command line or in what it gives' },
    { code: EXIT_CODES['not-found'], name: 'not-found', meaning: 'no such resource' },
    { code: EXIT_CODES.conflict, name: 'conflict', meaning: 'the state of the resource forbids it' },
    { code: EXIT_CODES.busy, name: 'busy', meaning: 'another operation holds the resource; try again' },
    { code: EXIT_CODES.failed, name: 'failed', meaning: 'the driver or the connector failed' },
    { code: EXIT_CODES.unknown, name: 'unknown', meaning: 'whether it was done is not known' },
    { code: EXIT_CODES.differs, name: 'differs', meaning: 'the storage and the record differ, or two records do' },
    {
      code: EXIT_CODES.behind,
      name: 'behind',
      meaning: '`scoria status` found read models or the sealing behind the log',
    },
    { code: EXIT_CODES.log, name: 'log', meaning: 'the log is missing, damaged, read-only, full or locked' },
  ];
