import type { Command } from 'commander';
import { giveExamples } from '../examples.ts';
import { configurationFor } from '../session.ts';
import { one } from '../shown.ts';
import { telling } from '../verbs.ts';

const EXAMPLES = {
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
  giveExamples(group, EXAMPLES);
};
