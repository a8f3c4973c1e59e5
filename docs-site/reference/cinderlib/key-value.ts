import type { Section } from './row.ts';

const RECORD: readonly [string, string] = [
  'test/cli/record.test.ts',
  'set makes the log; get, list and delete; --at remembers',
];

export const keyValue: Section = {
  title: 'Key-value',
  rows: [
    {
      cinderlib: '`persistence.set_key_value(KeyValue(key, value))`',
      library: '`engine.keyValues.set(key, value)`',
      cli: '`scoria kv set`',
      is: 'same',
      by: RECORD,
    },
    {
      cinderlib: '`persistence.get_key_values(key)`',
      library: '`engine.keyValues.get(key)`, `view.keyValues()`',
      cli: '`scoria kv get`, `scoria kv list`',
      is: 'same',
      by: RECORD,
    },
    {
      cinderlib: '`persistence.delete_key_value(KeyValue(key))`',
      library: '`engine.keyValues.delete(key)`',
      cli: '`scoria kv delete`',
      is: 'same',
      by: RECORD,
    },
  ],
};
