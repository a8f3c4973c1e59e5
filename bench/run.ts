import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figures, Measure, Round, Run } from './measure.ts';
import type { Prepared } from './prepared.ts';
import { runCinderlib, runNode, settled } from './processes.ts';
import type { Size } from './size.ts';

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
  nodeOptions = '',
): Promise<Figures> => {
  await mkdir(directory, { recursive: true });
  const own = await mkdtemp(join(directory, `${measure.name}-`));
  try {
    const run: Run = {
      size,
      directory: own,
      prepared,
      node: (program, given, bounds) => runNode(program, given, bounds, nodeOptions),
      cinderlib: (operation, given) => runCinderlib(operation, given, own),
    };
    return (await measure.subjects[subject]?.(run)) ?? {};
  } finally {
    await rm(own, { recursive: true, force: true });
    await settled();
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
