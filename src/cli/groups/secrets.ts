import type { Command } from 'commander';
import { giveExamples } from '../examples.ts';
import { one } from '../shown.ts';
import { writing } from '../verbs.ts';

const EXAMPLES = {
  'rotate-master': [
    'scoria secrets rotate-master',
    'scoria secrets rotate-master --to file:/etc/scoria/master-key-2027',
  ],
};

export const verbs = (group: Command): void => {
  group
    .command('rotate-master')
    .description('wrap all keys of the key store by another master key')
    .option('--to <reference>', 'the new one: env:NAME, file:/path or command:program argument ...')
    .action(
      writing<{ to?: string }>(async ({ engine }, _operands, { to }) => {
        const rotated = await engine.rotateMasterKey(to ?? null);
        return one({ ...rotated });
      }),
    );
  giveExamples(group, EXAMPLES);
};
