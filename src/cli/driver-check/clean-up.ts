import { resolve } from 'node:path';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { cleanUpJournal, openJournal } from '../../testing.ts';
import type { Globals } from '../globals.ts';
import { printable } from '../printable.ts';
import { print } from '../report.ts';
import { type CheckEnvironment, checkEnvironment } from './environment.ts';
import { removeJournal } from './journal-file.ts';

/** Takes away what a check that was killed left, and the journal when nothing is left any more. */
export const cleanUpAfter = async (journal: string, globals: Globals): Promise<void> => {
  const path = resolve(journal);
  const { removed, leftovers } = await cleanedUp(path, await checkEnvironment(globals));
  if (leftovers.length === 0) await removeJournal(path);
  const lines = [
    `${removed} removed, ${leftovers.length} left`,
    ...leftovers.map(({ kind, id, why }) => `  ${kind} ${printable(id)}: ${printable(why)}`),
  ];
  await print({ json: { journal: path, removed, leftovers }, text: () => lines.join('\n') }, globals.json ?? false);
  if (leftovers.length === 0) return;
  throw new ScoriaError(
    rejections.DriverFailed(`${leftovers.length} could not be taken away`, 'see what the driver said of each'),
  );
};

const cleanedUp = async (path: string, environment: CheckEnvironment) => {
  await using engine = await openJournal(path, 'refuse', environment);
  return await cleanUpJournal(engine, { ...environment, environment: { log: environment.logger } });
};
