import { rejections, ScoriaError } from '../domain/errors.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['its file system is full', 'make room there, or write to another'],
  EDQUOT: ['the quota of its file system is used up', 'free space there, or raise the quota'],
  EIO: ['its disk reported an input/output error', 'look at the disk and the kernel log, or write to another'],
  EFBIG: [
    'a file may not be that large there',
    'raise the limit on the size of files, or write to another file system',
  ],
};

/** Why something was not written that has a place to be written to; `null` where it is the place that is wrong. */
export const outputNotWritten = (output: string, error: unknown): ScoriaError | null => {
  const { code = '' } = error as NodeJS.ErrnoException;
  const [reason, remedy] = REASONS[code] ?? [];
  if (reason === undefined || remedy === undefined) return null;
  const problem = `${output} was not written to its end: ${reason} (${code})`;
  return new ScoriaError(rejections.OutputNotWritten(problem, remedy, { output }), { cause: error });
};
