import type { Prepared } from './prepared.ts';
import type { Size } from './size.ts';

/** What one fresh process measured, by name: `perSecond`, `ms`, ... */
export type Figures = Readonly<Record<string, number>>;

/** What a process, and all that it starts, may take. */
export interface Bounds {
  /** V8's: what it may keep. */
  readonly oldSpaceMiB?: number;
  readonly oneProcessor?: boolean;
}

/** What a subject may use: fresh processes, an empty directory of its own, and what was prepared for all. */
export interface Run {
  readonly size: Size;
  /** Empty, on the disk that is measured, and gone when the subject has ended. */
  readonly directory: string;
  readonly prepared: Prepared;
  /** Runs `bench/programs/<program>` in a fresh Node.js. */
  node(program: string, given: object, bounds?: Bounds): Promise<Figures>;
  /** Runs an operation of `bench/cinderlib/peer.py` in a fresh Python. */
  cinderlib(operation: string, given: object): Promise<Figures>;
}

export type Subject = (run: Run) => Promise<Figures>;

/** The figures of one round, by subject. */
export type Round = Readonly<Record<string, Figures>>;

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** One line of the table. */
export interface Aim {
  /** The measure's, unless given. */
  readonly title?: (size: Size) => string;
  /** Completes the sentence "Scoria, compared with ...". */
  readonly comparedWith: string;
  /** The subject and its figure that the table shows beside Scoria's. */
  readonly to: readonly [subject: string, figure: string];
  /** Scoria's own, when the measure has several. */
  readonly own?: readonly [subject: string, figure: string];
  /** Only of subjects that are in `needs`, `scoria` unless given, and `to`. */
  readonly ratio: (round: Round) => number;
  readonly needs?: readonly string[];
  /** None where the line is there to compare with, or to guard a small run. */
  readonly bound?: Bound;
  /** What a small run may not fall short of: far from the aim, so that it tells ruin from noise. */
  readonly ruin?: Bound;
}

export interface Measure {
  readonly name: string;
  readonly title: (size: Size) => string;
  /** `cinderlib` runs only where it is installed. The first one is what `--profile` looks at. */
  readonly subjects: Readonly<Record<string, Subject>>;
  /** The subject and figure that stand for Scoria in the table. */
  readonly own: readonly [subject: string, figure: string];
  readonly aims: readonly [Aim, ...Aim[]];
  /** Fewer than others where a round takes long. */
  readonly mostRounds?: number;
}

export const figure = (round: Round, subject: string, name: string): number => {
  const value = round[subject]?.[name];
  if (value === undefined) throw new TypeError(`the subject ${subject} measured no ${name}`);
  return value;
};

/** How many times as much of a rate. */
export const rateRatio = (subject: string, other: string) => (round: Round) =>
  figure(round, subject, 'perSecond') / figure(round, other, 'perSecond');

/** How many times faster, by a time that both took. */
export const timesFaster =
  (own: readonly [string, string], other: readonly [string, string]) =>
  (round: Round): number =>
    figure(round, ...other) / figure(round, ...own);

export const isWithin = (ratio: number, bound: Bound): boolean =>
  'atLeast' in bound ? ratio >= bound.atLeast : ratio <= bound.atMost;
