import { describe, expect, it } from 'vitest';
import { BackendOutcomeUnknown } from '../../../src/domain/backend/aggregate.ts';
import {
  BackendRemovalFailed,
  BackendRemovalRequested,
  BackendRemoved,
  decideRemoveBackend,
} from '../../../src/domain/backend/remove.ts';
import { added, BACKEND, FROZEN, givenBackend, REMOVING } from '../backends.ts';
import { by } from '../given.ts';
import { FAILURE } from '../volumes.ts';

const REMOVE = { name: BACKEND };

describe('removing a backend', () => {
  it.each([
    ['available', added()],
    ['frozen', [...added(), ...FROZEN]],
  ])('begins when it is %s', (_, events) => {
    givenBackend(...events)
      .when(decideRemoveBackend, REMOVE, { volumes: [] })
      .thenRecords(BackendRemovalRequested.of({}));
  });

  it('forgets it and what was asked about it, or keeps it when it fails', () => {
    givenBackend(...added(), ...REMOVING).thenState({ backend: { status: 'removing' } });
    const asked = [
      ...added(),
      by('asked', BackendRemovalRequested.of({})),
      by('asked', BackendOutcomeUnknown.of({ question: 'is it gone?' })),
    ];
    givenBackend(...asked).thenState({ questions: [{ command_id: 'asked' }] });
    givenBackend(...asked, ...REMOVING, BackendRemoved.of({})).thenState({ backend: null, open: [], questions: [] });
    givenBackend(...added(), ...REMOVING, BackendRemovalFailed.of({ failure: FAILURE })).thenState({
      backend: { status: 'available' },
      open: [],
    });
  });

  it.each([
    ['never was there', []],
    ['is gone', [...added(), ...REMOVING, BackendRemoved.of({})]],
  ])('has nothing to do when it %s', (_, events) => {
    givenBackend(...events)
      .when(decideRemoveBackend, REMOVE, { volumes: [] })
      .thenNothing();
  });

  it('is refused while the log knows volumes on it, of which it names twenty', () => {
    const volumes = Array.from({ length: 25 }, (_, index) => `volume-${index}`);
    const rejection = givenBackend(...added())
      .when(decideRemoveBackend, REMOVE, { volumes })
      .thenRefused('BackendInUse', [BACKEND, '25 volume'], 'delete its volumes');
    expect(rejection.details.volumes).toEqual(volumes.slice(0, 20));
  });
});
