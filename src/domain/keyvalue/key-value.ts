import { z } from 'zod';
import {
  aggregate,
  type EventOf,
  eventsOf,
  NO_OPEN_WORK,
  nextVersion,
  type OpenWork,
  openWorkShape,
} from '../aggregate.ts';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { type Imported, originShape } from '../origin.ts';

export const keyValueStream = (key: string): string => `kv-${key}`;

const Key = Text.min(1, { error: 'must not be empty' }).max(255, { error: 'must have at most 255 characters' });

export interface KeyValueState extends OpenWork {
  readonly pair: { readonly key: string; readonly value: string } | null;
}
const KeyValueStateSchema: z.ZodType<KeyValueState> = z.strictObject({
  ...openWorkShape,
  pair: z.strictObject({ key: Key, value: Text }).nullable(),
});
const NO_KEY_VALUE: KeyValueState = { ...NO_OPEN_WORK, pair: null };

const events = eventsOf<KeyValueState>();
/** The key has this value from now on. */
export const KeyValueSet = events.fact(
  'KeyValueSet',
  z.strictObject({ key: Key, value: Text }),
  (state, { data: { key, value } }) => ({ ...state, pair: { key, value } }),
);
/** The key is gone. */
export const KeyValueDeleted = events.fact('KeyValueDeleted', z.strictObject({ key: Key }), (state) => ({
  ...state,
  pair: null,
}));
const ImportedSchema = z.strictObject({ source: Text, state: KeyValueStateSchema });
/** A key that another log knew. Since version 2 it tells its origin in a record of another program. */
export const KeyValueImported = nextVersion(
  events.fact('KeyValueImported', ImportedSchema),
  ImportedSchema.extend(originShape),
  (_state: KeyValueState, { data }) => data.state,
  (data) => data,
);

const definitions = [KeyValueSet, KeyValueDeleted, KeyValueImported] as const;

/** An event of a key-value's stream, as readers see it. */
export type KeyValueEvent = EventOf<(typeof definitions)[number]>;

/** The storage that cinderlib gives to consumer nodes, for connector properties and the like. */
export const keyValueAggregate = aggregate<KeyValueState>('key_value', NO_KEY_VALUE, KeyValueStateSchema, definitions);

/** Sets a key. The value that it has already changes nothing. */
export const SetKeyValue = command('SetKeyValue', z.strictObject({ key: Key, value: Text }));
/** Deletes a key. One that is not there changes nothing. */
export const DeleteKeyValue = command('DeleteKeyValue', z.strictObject({ key: Key }));

export const decideSetKeyValue = (state: KeyValueState, input: InputOf<typeof SetKeyValue>): Decision =>
  state.pair?.value === input.value ? nothingToDo : record(KeyValueSet.of(input));

export const decideDeleteKeyValue = (state: KeyValueState, { key }: InputOf<typeof DeleteKeyValue>): Decision =>
  state.pair === null ? nothingToDo : record(KeyValueDeleted.of({ key }));

/** Takes over a key-value of another program. The value that the key has already changes nothing; another one stays. */
export const decideImportKeyValue = (state: KeyValueState, imported: Imported<KeyValueState>): Decision => {
  const [here, there] = [state.pair, imported.state.pair];
  if (here === null) return record(KeyValueImported.of(imported));
  if (here.value === there?.value) return nothingToDo;
  return refuse(
    rejections.AlreadyExists(
      `the key ${JSON.stringify(here.key)} has another value here`,
      'leave it out to keep the value of the record, or delete the key first',
      { key: here.key },
    ),
  );
};
