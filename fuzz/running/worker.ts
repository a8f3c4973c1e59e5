// Gives batches of inputs made from a corpus of its own, in a process whose end is a finding.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { Corpus, manifestIn } from '../corpus/corpus.ts';
import { makeCorpus } from '../corpus/make.ts';
import type { Check, Target } from '../target.ts';
import { TARGETS } from '../targets.ts';
import { giveInput, runBatch, watchStrays } from './batch.ts';
import { type Answer, type Current, currentIn, type Order } from './orders.ts';

const [directory = ''] = process.argv.slice(2);
if (!existsSync(manifestIn(directory))) await makeCorpus(directory);
const corpus = new Corpus(directory);
mkdirSync(corpus.home, { recursive: true });
process.chdir(corpus.home);

interface Opened {
  readonly target: Target;
  readonly check: Check<unknown>;
}

const opened = new Map<string, Opened>();

const openTarget = async (name: string): Promise<Opened> => {
  const before = opened.get(name);
  if (before !== undefined) return before;
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const one = { target, check: await target.open(corpus) };
  opened.set(name, one);
  return one;
};

const known = new Set<string>();

const obey = async (order: Order): Promise<Answer> => {
  const { target, check } = await openTarget(order.target);
  const begins = (input: unknown, seed: number, path: string | null): void => {
    const now: Current = { target: order.target, seed, path, input };
    writeFileSync(currentIn(directory), JSON.stringify(now));
  };
  if ('input' in order) {
    begins(order.input, 0, null);
    return { outcome: await giveInput(check, order.input).catch((error: Error) => `broken: ${error.message}`) };
  }
  const ran = await runBatch(order, { inputs: target.inputs(corpus), check, begins, known });
  globalThis.gc?.();
  return { ...ran, heapBytes: process.memoryUsage().heapUsed };
};

watchStrays();
process.on('disconnect', () => process.exit());
process.on('message', async (order: Order) => {
  process.send?.(await obey(order));
});
