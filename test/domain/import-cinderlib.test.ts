import { describe, expect, it } from 'vitest';
import { backendAggregate } from '../../src/domain/backend/aggregate.ts';
import { BackendImported, decideImportBackend } from '../../src/domain/backend/import.ts';
import {
  decideImportKeyValue,
  decideSetKeyValue,
  KeyValueImported,
  KeyValueSet,
  keyValueAggregate,
} from '../../src/domain/keyvalue/key-value.ts';
import { decideImportVolume, VolumeImported } from '../../src/domain/volume/import.ts';
import { added, BACKEND, backend, givenBackend } from './backends.ts';
import { givenOf } from './given.ts';
import { connected, created, DELETED, givenVolume, SNAPSHOT, snapshotted, VOLUME } from './volumes.ts';

const origin = { format: 'cinderlib' as const, place: 'volumes[0]', kept: { migration_status: 'none' } };
const from = <State>(state: State) => ({ source: 'sha256:5c cinderlib.json', origin, state });
const VOLUME_STATE = givenVolume(...created(), ...snapshotted(), ...connected()).state;
const FACTS = { ...backend(...added()), takenParts: [] };

describe('a volume of cinderlib', () => {
  it('is taken over with its parts, its origin and what has no field here', () => {
    const state = givenVolume()
      .when(decideImportVolume, from(VOLUME_STATE), FACTS)
      .thenRecords(VolumeImported.of(from(VOLUME_STATE)));
    expect(state).toEqual(VOLUME_STATE);
  });

  it('does not replace a volume of its id, also one that was deleted', () => {
    for (const events of [created(), [...created(), ...DELETED]]) {
      givenVolume(...events)
        .when(decideImportVolume, from(VOLUME_STATE), FACTS)
        .thenRefused('AlreadyExists', VOLUME, 'leave this one out');
    }
  });

  it('needs its backend', () => {
    givenVolume()
      .when(decideImportVolume, from(VOLUME_STATE), { ...backend(), takenParts: [] })
      .thenRefused('BackendNotFound', BACKEND, 'scoria backend add');
  });

  it('is refused where another volume has its snapshot', () => {
    givenVolume()
      .when(decideImportVolume, from(VOLUME_STATE), { ...FACTS, takenParts: [SNAPSHOT] })
      .thenRefused('AlreadyExists', SNAPSHOT, 'leave this volume out');
  });
});

describe('a backend of cinderlib', () => {
  const imported = from(givenBackend(...added()).state);

  it('is taken over', () => {
    givenOf(backendAggregate)().when(decideImportBackend, imported).thenRecords(BackendImported.of(imported));
  });

  it('leaves the one of its name as it is', () => {
    givenBackend(...added())
      .when(decideImportBackend, imported)
      .thenNothing();
  });
});

describe('a key-value of cinderlib', () => {
  const given = givenOf(keyValueAggregate);
  const pair = { key: 'node7', value: '{}' };
  const imported = from({ open: [], questions: [], pair });

  it('is taken over once', () => {
    given().when(decideImportKeyValue, imported).thenRecords(KeyValueImported.of(imported));
    given(KeyValueSet.of(pair)).when(decideImportKeyValue, imported).thenNothing();
    given(KeyValueImported.of(imported)).when(decideSetKeyValue, pair).thenNothing();
  });

  it('does not replace another value', () => {
    given(KeyValueSet.of({ ...pair, value: 'ours' }))
      .when(decideImportKeyValue, imported)
      .thenRefused('AlreadyExists', '"node7"', 'leave it out');
  });
});
