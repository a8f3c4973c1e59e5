import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Broken, type Check } from '../target.ts';

/** Longer than all that Scoria waits for by default; what counts is that an input ends, not how fast. */
export const HANG_MS = 90_000;
/** What shrinking finds in this time is small enough. */
const SHRINK_MS = 30_000;

/** Inputs of one target, made from one seed. */
export interface Batch {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
}

export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** The smallest input that was found to break the promise. */
  readonly input: unknown;
  readonly message: string;
  /** The same for what is likely the same defect. */
  readonly signature: string;
}

export interface Ran {
  readonly inputs: number;
  /** How many ended how: `accepted`, or a code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

const strays: unknown[] = [];

/** Whatever is thrown where nobody catches it breaks a promise of the input that was given last. */
export const watchStrays = (): void => {
  process.on('unhandledRejection', (reason) => strays.push(reason));
  process.on('uncaughtException', (error) => strays.push(error));
};

const inWords = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const endsInTime = async <Result>(work: Promise<Result>): Promise<Result> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Broken(`it did not end within ${HANG_MS} ms`)), HANG_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Gives one input: answers how it ended, throws `Broken`. */
export const giveInput = async <Input>(check: Check<Input>, input: Input): Promise<string> => {
  try {
    const outcome = await endsInTime(check(input));
    await turn();
    const stray = strays.splice(0);
    if (stray.length > 0) throw new Broken(`nobody caught ${stray.map(inWords).join(' and ')}`);
    return outcome;
  } catch (error) {
    throw error instanceof Broken ? error : new Broken(`nobody foresaw ${inWords(error)}`);
  }
};

/** Where in the source it was thrown, or else what was said without what varies. */
const signatureOf = ({ message }: Broken): string => {
  const said = message.slice(0, 300).replaceAll(/[0-9a-f]{6,}|\d+|"[^"]*"/g, '#');
  const place = /\/src\/[\w/.-]+:\d+/.exec(message)?.[0];
  return place ?? said.slice(0, 120);
};

export interface Giving<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  readonly check: Check<Input>;
  /** Hears of each input before it is given. `path` leads to it from the seed, where it is not being shrunk. */
  readonly begins: (input: Input, seed: number, path: string | null) => void;
  /** Signatures that need not be found again. */
  readonly known: Set<string>;
}

/** Gives a batch. After a finding it goes on with the rest, until none is left. */
export const runBatch = async <Input>(batch: Batch, giving: Giving<Input>): Promise<Ran> => {
  const outcomes: Record<string, number> = {};
  const findings: Finding[] = [];
  const count = (outcome: string): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  let given = 0;
  for (let seed = batch.seed; given < batch.inputs; seed += 1) {
    const round = await runRound(seed, batch.inputs - given, giving, count);
    given += round.given;
    if (round.found === null) break;
    giving.known.add(round.found.signature);
    findings.push({ target: batch.target, seed, ...round.found });
  }
  return { inputs: given, outcomes, findings };
};

type Found = Omit<Finding, 'target' | 'seed'>;

/** Gives inputs until one breaks a promise in a way that is new, and shrinks that. */
const runRound = async <Input>(
  seed: number,
  numRuns: number,
  { inputs, check, begins, known }: Giving<Input>,
  count: (outcome: string) => void,
): Promise<{ readonly given: number; readonly found: Found | null }> => {
  let given = 0;
  let found: Found | null = null;
  let shrinkUntil = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(fc.noBias(inputs), async (input) => {
    if (performance.now() > shrinkUntil) return;
    begins(input, seed, found === null ? String(given) : null);
    if (found === null) given += 1;
    try {
      const outcome = await giveInput(check, input);
      if (found === null) count(outcome);
    } catch (error) {
      const { message } = error as Broken;
      const signature = signatureOf(error as Broken);
      if (known.has(signature) || (found !== null && signature !== found.signature)) return;
      if (found === null) shrinkUntil = performance.now() + SHRINK_MS;
      found = { input, message, signature };
      throw error;
    }
  });
  await fc.check(property, { seed, numRuns });
  return { given, found };
};
