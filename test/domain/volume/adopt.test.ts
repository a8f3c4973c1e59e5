import { describe, expect, it } from 'vitest';
import type { ResourceFacts } from '../../../src/domain/backend/delete-resource.ts';
import {
  decideAdoptVolume,
  VolumeAdopted,
  VolumeAdoptionFailed,
  VolumeAdoptionRequested,
} from '../../../src/domain/volume/adopt.ts';
import { VolumeOutcomeUnknown } from '../../../src/domain/volume/outcome-unknown.ts';
import { BACKEND, FROZEN_BACKEND, lacking, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { ACTOR } from '../given.ts';
import { created, DELETED, FAILURE, givenVolume, NOBODYS, planned, STRAY, VOLUME } from '../volumes.ts';

const { reference } = STRAY;
const ADOPT = { id: VOLUME, backend: BACKEND, reference };
const FACTS = { ...THAWED, ...NOBODYS, actor: ACTOR };
const requested = (size = 1) => VolumeAdoptionRequested.of({ volume: planned({ name: null, size }), reference });

describe('adopting', () => {
  it('records the size that the array has, in whole GiB', () => {
    givenVolume().when(decideAdoptVolume, ADOPT, FACTS).thenRecords(requested());
    const resource = { ...STRAY, sizeBytes: 1024n ** 3n + 1n };
    givenVolume()
      .when(decideAdoptVolume, ADOPT, { ...FACTS, resource })
      .thenRecords(requested(2));
  });

  it('says that it was adopted, and never that it was created', () => {
    givenVolume(requested()).thenState({ volume: { status: 'managing', size: 1 }, open: [{ subject: reference }] });
    const adopted = givenVolume(requested(), VolumeAdopted.of({ reference }));
    adopted.thenState({ volume: { status: 'available', attach_status: 'detached' }, open: [] });
  });

  it('leaves the id free when it failed', () => {
    const failed = [requested(), VolumeAdoptionFailed.of({ reference, failure: FAILURE })];
    givenVolume(...failed).thenState({ volume: null, open: [] });
    givenVolume(...failed)
      .when(decideAdoptVolume, ADOPT, FACTS)
      .thenRecords(requested());
  });

  it('leaves a question that names what it is about', () => {
    const { state } = givenVolume(requested(), VolumeOutcomeUnknown.of({ question: 'is it ours?' }));
    expect(state).toMatchObject({ volume: { status: 'error' }, questions: [{ subject: reference }] });
  });
});

describe('adopting is refused', () => {
  const resource = (change: Partial<typeof STRAY>): ResourceFacts => ({
    ...NOBODYS,
    resource: { ...STRAY, ...change },
  });

  it.each([
    ['ResourceNotFound', { ...NOBODYS, resource: null }, reference, 'backend reconcile'],
    ['KnownToRecord', { ...NOBODYS, owner: 'volume v2' }, 'volume v2', 'on the record'],
    ['ResourceBusy', { ...NOBODYS, busy: 'DeleteResource of host/1/x' }, 'DeleteResource', 'try again'],
    ['NotAdoptable', resource({ kind: 'leftover' }), 'a leftover', 'delete-resource'],
    ['NotAdoptable', resource({ reason_not_safe: 'it is attached' }), 'it is attached', 'delete-resource'],
    ['NotAdoptable', resource({ sizeBytes: 0n }), 'empty', 'delete-resource'],
  ] as const)('(%s)', (code, facts, says, remedy) => {
    givenVolume()
      .when(decideAdoptVolume, ADOPT, { ...FACTS, ...facts })
      .thenRefused(code, says, remedy);
  });

  it.each([
    ['AlreadyExists', created(), THAWED, VOLUME],
    ['AlreadyExists', [...created(), ...DELETED], THAWED, 'deleted'],
    ['BackendNotFound', [], NO_SUCH_BACKEND, BACKEND],
    ['BackendFrozen', [], FROZEN_BACKEND, 'frozen'],
    ['UnsupportedByDriver', [], lacking('manage'), '"manage"'],
    ['UnsupportedByDriver', [], lacking('resources'), '"resources"'],
  ] as const)('(%s)', (code, events, backend, says) => {
    givenVolume(...events)
      .when(decideAdoptVolume, ADOPT, { ...FACTS, ...backend })
      .thenRefused(code, says, '');
  });
});
