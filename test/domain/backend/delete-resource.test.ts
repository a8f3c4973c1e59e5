import { describe, it } from 'vitest';
import { BackendOutcomeUnknown } from '../../../src/domain/backend/aggregate.ts';
import {
  decideDeleteResource,
  ResourceDeleted,
  ResourceDeletionFailed,
  ResourceDeletionRequested,
} from '../../../src/domain/backend/delete-resource.ts';
import { added, BACKEND, FROZEN, givenBackend } from '../backends.ts';
import { by } from '../given.ts';
import { FAILURE, NOBODYS, STRAY } from '../volumes.ts';

const DELETE = { name: BACKEND, reference: STRAY.reference };
const REQUESTED = ResourceDeletionRequested.of({
  reference: STRAY.reference,
  resource: { kind: 'volume', reference: STRAY.reference, id: null, volume_id: null, size_bytes: '1073741824' },
});
const DELETED = ResourceDeleted.of({ reference: STRAY.reference });

describe('deleting what only the array has', () => {
  it('begins with what the array says of it', () => {
    givenBackend(...added())
      .when(decideDeleteResource, DELETE, NOBODYS)
      .thenRecords(REQUESTED);
    givenBackend(...added(), REQUESTED).thenState({ open: [{ subject: STRAY.reference }] });
  });

  it('leaves the backend as it was, however it ends', () => {
    const failed = ResourceDeletionFailed.of({ reference: STRAY.reference, failure: FAILURE });
    for (const outcome of [DELETED, failed]) {
      givenBackend(...added(), REQUESTED, outcome).thenState({ backend: { status: 'available' }, open: [] });
    }
  });

  it('settles what nobody could tell of earlier attempts', () => {
    const asked = [by('first', REQUESTED), by('first', BackendOutcomeUnknown.of({ question: 'is it gone?' }))];
    givenBackend(...added(), ...asked).thenState({ questions: [{ subject: STRAY.reference }] });
    givenBackend(...added(), ...asked, by('second', REQUESTED), by('second', DELETED)).thenState({ questions: [] });
  });
});

describe('deleting what the array has is refused', () => {
  it.each([
    ['KnownToRecord', { ...NOBODYS, owner: 'volume v1' }, 'volume v1', 'on the record'],
    ['ResourceBusy', { ...NOBODYS, busy: 'AdoptVolume of host/1/x' }, 'AdoptVolume of host/1/x', 'try again'],
    ['ResourceNotFound', { ...NOBODYS, resource: null }, STRAY.reference, 'backend reconcile'],
  ] as const)('(%s)', (code, facts, says, remedy) => {
    givenBackend(...added())
      .when(decideDeleteResource, DELETE, facts)
      .thenRefused(code, says, remedy);
  });

  it('on a backend that is frozen, gone, or cannot list', () => {
    givenBackend(...added(), ...FROZEN)
      .when(decideDeleteResource, DELETE, NOBODYS)
      .thenRefused('BackendFrozen', BACKEND, 'thaw');
    givenBackend().when(decideDeleteResource, DELETE, NOBODYS).thenRefused('BackendNotFound', BACKEND, 'backend add');
    givenBackend(...added({ capabilities: ['extend'] }))
      .when(decideDeleteResource, DELETE, NOBODYS)
      .thenRefused('UnsupportedByDriver', '"resources"', 'backend change');
  });
});
