import { join } from 'node:path';
import { assertNoCanary } from '../cli/judge.ts';
import { Corpus } from '../corpus/corpus.ts';
import type { Target } from '../target.ts';
import type { Batch, Finding } from './batch.ts';
import { Child, Died } from './child.ts';
import type { Current } from './orders.ts';
import { shrinkDeath } from './shrink-death.ts';

const BATCH_INPUTS = 100;
/** More than a worker keeps, however many inputs it was given. */
const MOST_BYTES = 256 * 1024 ** 2;

/** What came of a target's inputs. */
export interface Figures {
  inputs: number;
  readonly outcomes: Map<string, number>;
}

/** A finding, and the directory whose corpus it was made from. */
export type FoundIn = Finding & { readonly directory: string };

export interface Summary {
  readonly figures: ReadonlyMap<string, Figures>;
  readonly findings: readonly FoundIn[];
  readonly peakBytes: number;
}

export interface Plan {
  readonly directory: string;
  readonly targets: readonly Target[];
  readonly inputs: number;
  readonly seed: number;
  readonly workers: number;
  readonly onProgress: (given: number) => void;
}

/** Batches of all targets, mixed, so that a run that is cut short has seen something of each. */
const batchesOf = ({ targets, inputs, seed }: Plan): readonly Batch[] => {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const batches = targets.flatMap(({ name, share }, index) => {
    const count = Math.ceil((inputs * share) / shares);
    return Array.from({ length: Math.ceil(count / BATCH_INPUTS) }, (_, batch) => ({
      target: name,
      seed: (seed * 1_000_003 + index * 100_003 + batch * BATCH_INPUTS) | 0,
      inputs: Math.min(BATCH_INPUTS, count - batch * BATCH_INPUTS),
      place: batch / count,
    }));
  });
  return batches.toSorted((one, other) => one.place - other.place);
};

/** Gives all inputs in several processes, and gathers what they found. */
export class Run {
  readonly #plan: Plan;
  readonly #figures = new Map<string, Figures>();
  readonly #findings = new Map<string, FoundIn>();
  #children = 0;
  #peakBytes = 0;
  #given = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  async whole(): Promise<Summary> {
    const left = [...batchesOf(this.#plan)];
    await Promise.all(Array.from({ length: this.#plan.workers }, () => this.#work(left)));
    return { figures: this.#figures, findings: [...this.#findings.values()], peakBytes: this.#peakBytes };
  }

  #newChild(): Child {
    this.#children += 1;
    return new Child(join(this.#plan.directory, `worker-${this.#children}`));
  }

  async #work(left: Batch[]): Promise<void> {
    let child: Child | null = null;
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      child ??= this.#newChild();
      try {
        await this.#give(child, batch);
      } catch (error) {
        // One that dies before its first input will die again.
        if (!(error instanceof Died) || error.current === null) throw error;
        await child.end();
        // The rest would die of the same, each after a long wait.
        const others = left.filter(({ target }) => target !== batch.target);
        left.splice(0, left.length, ...others);
        await this.#mourn(batch, child.directory, error.message, error.current);
        child = null;
      }
    }
    if (child === null) return;
    await child.end();
    this.#assertQuiet(child);
  }

  async #give(child: Child, batch: Batch): Promise<void> {
    const answer = await child.give(batch);
    if (!('heapBytes' in answer)) throw new Error('a batch was not answered as one');
    const figures = this.#figures.get(batch.target) ?? { inputs: 0, outcomes: new Map() };
    this.#figures.set(batch.target, figures);
    figures.inputs += answer.inputs;
    for (const [outcome, count] of Object.entries(answer.outcomes)) {
      figures.outcomes.set(outcome, (figures.outcomes.get(outcome) ?? 0) + count);
    }
    this.#peakBytes = Math.max(this.#peakBytes, answer.heapBytes);
    if (answer.heapBytes > MOST_BYTES)
      this.#found(this.#ofBatch(batch, `a worker keeps more than ${MOST_BYTES} bytes`), child.directory);
    for (const finding of answer.findings) this.#found(finding, child.directory);
    this.#given += answer.inputs;
    this.#plan.onProgress(this.#given);
  }

  async #mourn({ target: name }: Batch, directory: string, message: string, current: Current): Promise<void> {
    const target = this.#plan.targets.find((one) => one.name === name) as Target;
    const input = await shrinkDeath(target, directory, current);
    const signature = `died: ${message.slice(0, 40)}`;
    this.#found({ target: name, seed: current.seed, input, message, signature }, directory);
  }

  /** Whatever a worker printed past the capture, such as log lines, holds no credential. */
  #assertQuiet(child: Child): void {
    try {
      assertNoCanary('what was logged', child.said, new Corpus(child.directory).manifest.canaries);
    } catch (error) {
      this.#found(
        { target: 'all', seed: this.#plan.seed, input: null, message: String(error), signature: 'logged' },
        child.directory,
      );
    }
  }

  #ofBatch({ target, seed }: Batch, message: string): Finding {
    return { target, seed, input: null, message, signature: message };
  }

  #found(finding: Finding, directory: string): void {
    if (!this.#findings.has(finding.signature)) this.#findings.set(finding.signature, { ...finding, directory });
  }
}
