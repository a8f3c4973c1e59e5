import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Aim, type Bound, type Figures, isWithin, type Measure, type Round, type Run } from './measure.ts';
import type { Prepared } from './prepared.ts';
import { runCinderlib, runNode } from './processes.ts';
import type { Size } from './size.ts';
import { median } from './statistics.ts';

export interface Surroundings {
  /** Where directories are made, on the disk that is measured. */
  readonly directory: string;
  readonly size: Size;
  readonly prepared: Prepared;
  readonly hasCinderlib: boolean;
  readonly say: (words: string) => void;
}

/** Runs one subject once, in fresh processes and in an empty directory. */
export const runSubject = async (
  measure: Measure,
  subject: string,
  { directory, size, prepared }: Surroundings,
  nodeOptions: readonly string[] = [],
): Promise<Figures> => {
  await mkdir(directory, { recursive: true });
  const own = await mkdtemp(join(directory, `${measure.name}-`));
  try {
    const run: Run = {
      size,
      directory: own,
      prepared,
      node: (program, given) => runNode(program, given, nodeOptions),
      cinderlib: (operation, given) => runCinderlib(operation, given, own),
    };
    return (await measure.subjects[subject]?.(run)) ?? {};
  } finally {
    await rm(own, { recursive: true, force: true });
  }
};

/** All subjects in turn, again and again: what disturbs the machine for a while disturbs them alike. */
export const runRounds = async (measure: Measure, rounds: number, around: Surroundings): Promise<readonly Round[]> => {
  const subjects = Object.keys(measure.subjects).filter((name) => around.hasCinderlib || name !== 'cinderlib');
  const taken: Round[] = [];
  for (let round = 1; round <= Math.min(rounds, measure.mostRounds ?? rounds); round += 1) {
    const figures: Record<string, Figures> = {};
    for (const subject of subjects) figures[subject] = await runSubject(measure, subject, around);
    taken.push(figures);
    around.say(`${measure.name}, round ${round}: ${JSON.stringify(figures)}`);
  }
  return taken;
};

export interface Result {
  readonly measure: Measure;
  readonly aim: Aim;
  readonly rounds: number;
  /** `null` where cinderlib is needed and not installed. */
  readonly measured: {
    readonly own: number;
    readonly other: number;
    readonly ratio: number;
    readonly spread: readonly [least: number, most: number];
    readonly bound: Bound | undefined;
    readonly reached: boolean | undefined;
  } | null;
}

/** What the rounds say of an aim: the medians, and the median of the rounds' ratios. */
export const judge = (measure: Measure, aim: Aim, rounds: readonly Round[], bound: Bound | undefined): Result => {
  const needed = [aim.to[0], ...(aim.needs ?? [])];
  if (!rounds.every((round) => needed.every((subject) => subject in round))) {
    return { measure, aim, rounds: rounds.length, measured: null };
  }
  const medianOf = ([subject, name]: readonly [string, string]): number =>
    median(rounds.map((round) => round[subject]?.[name] ?? Number.NaN));
  const ratios = rounds.map(aim.ratio);
  const ratio = median(ratios);
  return {
    measure,
    aim,
    rounds: rounds.length,
    measured: {
      own: medianOf(aim.own ?? measure.own),
      other: medianOf(aim.to),
      ratio,
      spread: [Math.min(...ratios), Math.max(...ratios)],
      bound,
      reached: bound && isWithin(ratio, bound),
    },
  };
};
