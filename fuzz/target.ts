import type fc from 'fast-check';
import type { Corpus } from './corpus/corpus.ts';

/** A promise that an input broke, in a sentence. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Gives an input to Scoria: answers how it ended, `accepted` or the code of its refusal. Throws `Broken`. */
export type Check<Input> = Checking<Input>['check'];
/** As a method, so that a list can hold targets of all inputs. */
interface Checking<Input> {
  check(input: Input): Promise<string>;
}

/** One kind of input: how it is made from what the real program made, and what must hold of it. */
export interface Target<Input = unknown> {
  readonly name: string;
  /** How many of a thousand inputs are of this kind. */
  readonly share: number;
  /** JSON, each with what was done to it: `how`. */
  inputs(corpus: Corpus): fc.Arbitrary<Input>;
  /** The corpus's home is the working directory whenever an input is checked. */
  open(corpus: Corpus): Promise<Check<Input>>;
}
