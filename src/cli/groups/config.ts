import type { Command } from 'commander';
import { giveExamples } from '../examples.ts';
import { configurationFor } from '../session.ts';
import { telling } from '../verbs.ts';

const EXAMPLES = {
  check: ['scoria config check', 'scoria config check --resolve --config /etc/scoria/scoria.yaml'],
  show: ['scoria config show'],
  apply: ['scoria config apply --dry-run', "scoria config apply --reason 'new array'"],
  schema: ['scoria config schema > scoria.schema.json'],
};

export const verbs = (group: Command): void => {
  group
    .command('check')
    .description('everything that is wrong with the configuration, and how the log differs from the file')
    .option('--resolve', 'run the commands that print credentials, too')
    .action(
      telling<{ resolve?: boolean }>(async (_operands, options) =>
        (await import('../config/check.ts')).checkReport(options),
      ),
    );
  group
    .command('show')
    .description('the settings in force and where each comes from, and the backends of the file')
    .action(
      telling(async (_operands, options) =>
        (await import('../config/show.ts')).showReport(await configurationFor(options)),
      ),
    );
  group
    .command('apply')
    .description('add and change backends until the log has those of the file; none is removed')
    .option('--dry-run', 'say what would be done')
    .action(
      telling<{ dryRun?: boolean }>(async (_operands, options) =>
        (await import('../config/apply.ts')).applyReport(options),
      ),
    );
  group
    .command('schema')
    .description('the JSON Schema of scoria.yaml, for editors')
    .action(
      telling(async () => {
        const { builtInConfigurationSchema } = await import('../../config/json-schema.ts');
        return { verbatim: JSON.stringify(await builtInConfigurationSchema(), null, 2) };
      }),
    );
  giveExamples(group, EXAMPLES);
};
