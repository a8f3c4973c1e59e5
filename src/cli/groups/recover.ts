import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { Engine, RecoveredOperation } from '../../index.ts';
import { listOf } from '../arguments.ts';
import { withExamples } from '../examples.ts';
import { print, type Report } from '../report.ts';
import { asDocument, many } from '../shown.ts';
import { field, time } from '../table.ts';
import { writing } from '../verbs.ts';

interface RecoverOptions {
  readonly list?: boolean;
  readonly gone?: readonly string[];
}

const COLUMNS = [field('operation'), field('kind'), field('resource'), time('at', 'since'), field('executor')];

/** What executors left open that are gone. */
export const recoverVerb = (program: Command): void => {
  const verb = program
    .command('recover')
    .description('settle what processes that are gone left open, by asking the drivers how it ended')
    .option('--list', 'only tell what stands open, and what nobody could tell')
    .option('--gone <executor>', 'an executor of another host that is gone, as --list shows it (repeatable)', listOf)
    .action(
      writing<RecoverOptions>(async ({ engine, context }, _operands, { list = false, gone = [], json = false }) => {
        if (list)
          return many((await engine.openOperations()).map(asDocument), [...COLUMNS, field('state'), field('question')]);
        await sayWhatIsWatched(engine, gone);
        const recovered = await engine.recover({ gone }, context);
        const report = many(recovered.map(asDocument), [...COLUMNS, field('outcome')]);
        const unknown = recovered.filter(({ outcome }) => outcome === 'unknown');
        return unknown.length === 0 ? report : stillUnknown(report, unknown, json);
      }),
    );
  withExamples(verb, [
    'scoria recover --list',
    'scoria recover',
    "scoria recover --gone node7/4711/0195 --reason 'node7 is gone'",
  ]);
};

/** It takes some seconds to tell whether executors are alive that this host's kernel knows nothing of. */
const sayWhatIsWatched = async (engine: Engine, gone: readonly string[]): Promise<void> => {
  if (!process.stderr.isTTY) return;
  const open = await engine.openOperations();
  const watched = open.filter(({ state, executor }) => state === 'open' && !gone.includes(executor));
  const executors = new Set(watched.map(({ executor }) => executor));
  if (executors.size > 0) process.stderr.write(`watching ${[...executors].join(', ')} for signs of life\n`);
};

const stillUnknown = async (report: Report, unknown: readonly RecoveredOperation[], json: boolean): Promise<never> => {
  await print(report, json);
  throw new ScoriaError(
    rejections.OutcomeUnknown(
      `it is still not known how ${unknown.length === 1 ? 'one operation' : `${unknown.length} operations`} ended`,
      'see that the storage answers, and repeat each command with its command id',
      { command_ids: unknown.map(({ command_id }) => command_id) },
    ),
  );
};
