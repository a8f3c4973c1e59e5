import type { Progress } from '../../testing.ts';
import { printable } from '../printable.ts';

/** Says how far a check is, on standard error: one line that changes on a terminal, lines of their own elsewhere. */
export interface Telling {
  tell(progress: Progress): void;
  say(line: string): void;
  /** Leaves the line that changes. */
  end(): void;
}

const CLEAR = '\r\u001b[K';
const LINES_OF_MODEL = 10;

export const tellingProgress = (json: boolean): Telling => {
  const { stderr } = process;
  if (stderr.isTTY && process.env.TERM !== 'dumb') {
    const fitting = (line: string): string => line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1));
    return {
      tell: (progress) => void stderr.write(`${CLEAR}${fitting(now(progress))}`),
      say: (line) => void stderr.write(`${CLEAR}${line}\n`),
      end: () => void stderr.write(CLEAR),
    };
  }
  // A program that reads JSON wants no words beside it.
  if (json) return { tell: () => {}, say: () => {}, end: () => {} };
  return {
    tell: (progress) => {
      if (isWorthALine(progress)) stderr.write(`${now(progress)}\n`);
    },
    say: (line) => void stderr.write(`${line}\n`),
    end: () => {},
  };
};

const isWorthALine = (progress: Progress): boolean => {
  if (progress.kind === 'check begins') return false;
  if (progress.kind === 'check ended') return true;
  return progress.done % Math.ceil(progress.of / LINES_OF_MODEL) === 0;
};

const now = (progress: Progress): string => {
  switch (progress.kind) {
    case 'check begins':
      return `[${progress.number}/${progress.of}] ${printable(progress.name)}`;
    case 'check ended':
      return `[${progress.number}/${progress.of}] ${progress.report.status}: ${printable(progress.report.name)}`;
    case 'run ended':
      return progress.shortest === null
        ? `model: life ${progress.done} of ${progress.of}`
        : `model: a failure of ${progress.shortest} steps, looking for a shorter one`;
  }
};
