import type { Command } from 'commander';
import { giveExamples } from '../examples.ts';
import { asDocument, deleted, did, keyNotFound, many } from '../shown.ts';
import { field } from '../table.ts';
import { reading, writing } from '../verbs.ts';

const EXAMPLES = {
  set: [`scoria kv set node1/connector '{"host":"node1"}'`],
  get: ['scoria kv get node1/connector'],
  list: ['scoria kv list'],
  delete: ['scoria kv delete node1/connector'],
};

type Key = readonly [string];

export const verbs = (group: Command): void => {
  group
    .command('set <key> <value>')
    .description('set a key')
    .action(
      writing<object, readonly [string, string]>(async ({ give }, [key, value]) => {
        await give({ type: 'SetKeyValue', key, value });
        return did('key', { id: key, key, value });
      }, 'create'),
    );
  group
    .command('get <key>')
    .description("a key's value")
    .action(
      reading<object, Key>((view, [key]) => {
        const value = view.keyValue(key);
        if (value === null) throw keyNotFound(key);
        return { json: { id: key, key, value }, text: () => value };
      }),
    );
  group
    .command('list')
    .description('the keys and their values')
    .action(
      reading((view) =>
        many(
          view.keyValues().map((pair) => ({ id: pair.key, ...asDocument(pair) })),
          [field('key'), field('value')],
        ),
      ),
    );
  group
    .command('delete <key>')
    .description('delete a key')
    .action(
      writing<object, Key>(async ({ give }, [key]) => {
        await give({ type: 'DeleteKeyValue', key });
        return deleted('key', key);
      }),
    );
  giveExamples(group, EXAMPLES);
};
