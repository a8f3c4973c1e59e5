import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { CopyLogOptions, EngineOptions, LogComparison, LogCopy } from '../../index.ts';
import { giveExamples } from '../examples.ts';
import { metered } from '../metered.ts';
import { print, type Report } from '../report.ts';
import { configurationFor } from '../session.ts';
import { one } from '../shown.ts';
import { fields } from '../table.ts';
import { unreadableLines } from '../unreadable.ts';
import { telling } from '../verbs.ts';

type TwoLogs = readonly [string, string];

const EXAMPLES = {
  copy: [
    'scoria log copy scoria.db postgres://scoria@db.example/scoria?password=env:SCORIA_DB_PASSWORD',
    'scoria log copy scoria.db copy.db',
  ],
  check: ['scoria log check scoria.db copy.db'],
  migrate: [
    'scoria log migrate --log postgres://owner@db.example/scoria?password=env:SCORIA_OWNER_PASSWORD',
    'scoria log migrate --log mysql://owner@db.example/scoria?password=file:/etc/scoria/owner-password',
  ],
};

export const verbs = (group: Command): void => {
  group
    .command('migrate')
    .description('create the tables of a log on a server, or bring them to the version of this Scoria')
    .action(
      telling(async (_operands, options) => {
        const [{ engine }, { migrateLog }] = await Promise.all([
          configurationFor(options),
          import('../../library/migrate-log.ts'),
        ]);
        return one({ ...(await migrateLog(engine)) });
      }),
    );
  group
    .command('copy <from> <to>')
    .description('copy all events into another log (a file or a URL), byte for byte; goes on where it was interrupted')
    .action(
      telling<object, TwoLogs>((logs, options) =>
        metered(options, async (watching) => {
          const [{ engine }, { copyLog }] = await Promise.all([
            configurationFor(options),
            import('../../library/copied-log.ts'),
          ]);
          return copyReport(await copyLog(...logs, { ...keysOf(engine), ...watching }));
        }),
      ),
    );
  group
    .command('check <one> <other>')
    .description('compare two logs event by event: ids, contents and hashes, in order')
    .action(
      telling<object, TwoLogs>((logs, options) =>
        metered(options, async (watching) => {
          const { checkLogs } = await import('../../library/copied-log.ts');
          const compared = await checkLogs(...logs, watching);
          const report = one({
            same: compared.same,
            one: placeOf(compared.parting?.one),
            other: placeOf(compared.parting?.other),
          });
          return compared.parting === null ? report : differ(report, logs, compared, options.json ?? false);
        }),
      ),
    );
  giveExamples(group, EXAMPLES);
};

const keysOf = ({ keyStore, masterKey, logger }: EngineOptions): CopyLogOptions => ({
  ...(keyStore === undefined ? {} : { keyStore }),
  ...(masterKey === undefined ? {} : { masterKey }),
  ...(logger === undefined ? {} : { logger }),
});

const copyReport = ({ found, copied, sealedStreams, unreadable }: LogCopy): Report => {
  const counts = { found, copied, sealed_streams: sealedStreams.length };
  return {
    json: { ...counts, unreadable_secrets: unreadable },
    text: () => [fields(counts), ...unreadableLines(unreadable)].join('\n'),
  };
};

const placeOf = (event: StoredEvent | null | undefined): string | null =>
  event ? `${event.stream}@${event.revision}` : null;

/** The report goes to standard output all the same. */
const differ = async (
  report: Report,
  [log, other]: TwoLogs,
  { same }: LogComparison,
  json: boolean,
): Promise<never> => {
  await print(report, json);
  throw new ScoriaError(
    rejections.LogsDiffer(
      `the two logs hold the same ${same} events, and then not`,
      'an ended log lacks what follows in the other; else one of them was changed: `scoria audit verify` tells which',
      { log, other, same },
    ),
  );
};
