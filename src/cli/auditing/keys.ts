import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { telling, writing } from '../verbs.ts';

/** Private keys stay in their files: none of these verbs prints one. */
export const keyVerbs = (group: Command): void => {
  const key = group.command('key').description('the keys that sign checkpoints');
  key
    .command('create <file>')
    .description('make a key in a new file that only you can read')
    .action(
      telling<object, readonly [string]>(async ([file]) => {
        const { createKeyFile } = await import('../../library/audit/key-file.ts');
        await createKeyFile(file);
        return { json: { file }, text: () => `a new key is in ${file}; audit_key_file: ${file} lets it sign` };
      }),
    );
  key
    .command('show')
    .description("the log's public key, for whoever is to verify it")
    .action(
      writing(
        async ({ engine }) => {
          const shown = await engine.audit.key();
          if (shown === null) throw neverSealed();
          return { json: { key: shown }, text: () => shown };
        },
        'refuse',
        'open',
      ),
    );
  key
    .command('rotate <file>')
    .description('let the key in another file sign from now on; the old key signs that')
    .action(
      writing<object, readonly [string]>(async ({ engine, context }, [file]) => {
        const rotated = await engine.audit.rotateKey(file, context);
        return {
          json: { key: rotated, file },
          text: () => `${rotated}\nsigns from now on; configure audit_key_file: ${file}`,
        };
      }),
    );
};

const neverSealed = (): ScoriaError =>
  new ScoriaError(rejections.NotSealed('this log was never sealed, so it has no key', '`scoria audit seal` seals it'));
