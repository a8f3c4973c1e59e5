import type { Corpus } from '../corpus/corpus.ts';
import type { Check } from '../target.ts';
import type { Case } from './case.ts';
import type { Ended } from './in-process.ts';
import { assertNoCanary, assertNothingDone, judge } from './judge.ts';
import { Sandbox } from './sandbox.ts';

/** How a command line is given. */
export type Give = (argv: readonly string[], stdin: Uint8Array) => Promise<Ended>;

const KEY_FILES = /(^|[./-])keys?([./-]|$)|array-password/;

/** Gives each case to Scoria in a home that is as it was, and looks at what it printed, wrote and recorded. */
export const openCases = (corpus: Corpus, give: Give): Check<Case> => {
  const sandbox = new Sandbox(corpus);
  const head = sandbox.typesAfter(0).length;
  const { canaries } = corpus.manifest;
  return async ({ argv, files, stdin }) => {
    try {
      sandbox.overlay(files);
      const ended = await give(argv, Buffer.from(stdin));
      const outcome = judge(ended);
      if (outcome !== 'accepted') assertNothingDone(outcome, sandbox.typesAfter(head));
      if (argv.includes('--show-secrets') && outcome === 'accepted') return outcome;
      assertNoCanary('the output', ended.stdout + ended.stderr, canaries);
      for (const file of sandbox.changed()) {
        if (!KEY_FILES.test(file) && !(file in files)) assertNoCanary(file, sandbox.read(file), canaries);
      }
      return outcome;
    } finally {
      sandbox.restore();
    }
  };
};
