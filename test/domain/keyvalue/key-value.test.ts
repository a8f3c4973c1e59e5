import { describe, it } from 'vitest';
import {
  decideDeleteKeyValue,
  decideSetKeyValue,
  KeyValueDeleted,
  KeyValueImported,
  KeyValueSet,
  keyValueAggregate,
} from '../../../src/domain/keyvalue/key-value.ts';
import { givenOf } from '../given.ts';

const given = givenOf(keyValueAggregate);
const PAIR = { key: 'host-a', value: '{"ip":"10.0.0.1"}' };

describe('a key-value', () => {
  it('is set and set again', () => {
    given().when(decideSetKeyValue, PAIR).thenRecords(KeyValueSet.of(PAIR));
    given(KeyValueSet.of(PAIR))
      .when(decideSetKeyValue, { ...PAIR, value: '' })
      .thenRecords(KeyValueSet.of({ ...PAIR, value: '' }));
    given(KeyValueSet.of(PAIR), KeyValueSet.of({ ...PAIR, value: '' })).thenState({ pair: { ...PAIR, value: '' } });
  });

  it('has nothing to do for the same value', () => {
    given(KeyValueSet.of(PAIR)).when(decideSetKeyValue, PAIR).thenNothing();
  });

  it('is deleted, and the second time there is nothing to do', () => {
    given(KeyValueSet.of(PAIR))
      .when(decideDeleteKeyValue, { key: PAIR.key })
      .thenRecords(KeyValueDeleted.of({ key: PAIR.key }));
    const gone = given(KeyValueSet.of(PAIR), KeyValueDeleted.of({ key: PAIR.key }));
    gone.thenState({ pair: null });
    gone.when(decideDeleteKeyValue, { key: PAIR.key }).thenNothing();
    given().when(decideDeleteKeyValue, { key: PAIR.key }).thenNothing();
  });

  it('is what another log knew', () => {
    const state = { pair: PAIR, open: [], questions: [] };
    given(KeyValueImported.of({ source: 'cinderlib', state })).thenState(state);
  });
});
