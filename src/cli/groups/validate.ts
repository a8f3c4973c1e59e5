import type { Command } from 'commander';
import { listOf } from '../arguments.ts';
import { DEFAULT_SIZE_GIB } from '../driver-check/options.ts';
import { withExamples } from '../examples.ts';
import { sizeOf } from '../size.ts';
import type { ValidateOptions } from '../validate/validate.ts';
import { action, refusePast } from '../verbs.ts';

export const validateVerb = (program: Command): void => {
  const verb = program
    .command('validate [file]')
    .description("whether the backends of a file of cinderlib's functional tests do all that is asked of one")
    .option('--backend <name>', 'only this one of the file (repeatable)', listOf)
    .option('--only <what>', "part of the name of a check, or of cinderlib's test")
    .option('--list', 'only tell which checks there are')
    .option('--junit <file>', 'write the report as JUnit XML, too')
    .option('--html <file>', 'write the report as a page that can be sent to others, too')
    .option('--size <gib>', 'size of the volumes to make; some are up to 2 GiB larger', sizeOf, DEFAULT_SIZE_GIB)
    .option('--pool <name>', "the backends' pool for the volumes")
    .action(
      action<ValidateOptions>(async ([file], options) => {
        refusePast(options);
        const { validate } = await import('../validate/validate.ts');
        await validate(file as string | undefined, options);
      }),
    );
  withExamples(verb, [
    'scoria validate backends.yaml',
    'scoria validate backends.yaml --backend lvm --html lvm.html --junit lvm.xml',
    'scoria validate backends.yaml --only test_clone --json',
    'scoria validate --list',
  ]).addHelpText('after', ABOUT);
};

const ABOUT = `
It makes volumes of its own, takes them away again, and touches nothing else. Their ids begin with 5c041ac4.`;
