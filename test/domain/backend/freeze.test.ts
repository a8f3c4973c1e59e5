import { describe, it } from 'vitest';
import {
  BackendFreezeFailed,
  BackendFreezeRequested,
  BackendThawed,
  BackendThawFailed,
  BackendThawRequested,
  decideFreezeBackend,
  decideThawBackend,
} from '../../../src/domain/backend/freeze.ts';
import { added, BACKEND, FREEZING, FROZEN, givenBackend, REMOVING, THAWING } from '../backends.ts';
import { FAILURE } from '../volumes.ts';

const NAMED = { name: BACKEND };

describe('freezing', () => {
  it('begins when the backend is thawed', () => {
    givenBackend(...added())
      .when(decideFreezeBackend, NAMED)
      .thenRecords(BackendFreezeRequested.of({}));
  });

  it('has nothing to do when it is frozen', () => {
    givenBackend(...added(), ...FROZEN)
      .when(decideFreezeBackend, NAMED)
      .thenNothing();
  });

  it('holds from its intent on, and not when it fails', () => {
    givenBackend(...added(), ...FREEZING).thenState({ backend: { frozen: 'freezing', status: 'available' } });
    givenBackend(...added(), ...FROZEN).thenState({ backend: { frozen: 'frozen' }, open: [] });
    givenBackend(...added(), ...FREEZING, BackendFreezeFailed.of({ failure: FAILURE })).thenState({
      backend: { frozen: 'thawed' },
      open: [],
    });
  });
});

describe('thawing', () => {
  it('begins when the backend is frozen', () => {
    givenBackend(...added(), ...FROZEN)
      .when(decideThawBackend, NAMED)
      .thenRecords(BackendThawRequested.of({}));
  });

  it('has nothing to do when it is thawed', () => {
    givenBackend(...added())
      .when(decideThawBackend, NAMED)
      .thenNothing();
  });

  it('holds with its outcome only', () => {
    givenBackend(...added(), ...THAWING).thenState({ backend: { frozen: 'thawing' } });
    givenBackend(...added(), ...THAWING, BackendThawed.of({})).thenState({ backend: { frozen: 'thawed' }, open: [] });
    givenBackend(...added(), ...THAWING, BackendThawFailed.of({ failure: FAILURE })).thenState({
      backend: { frozen: 'frozen' },
      open: [],
    });
  });
});

describe.each([
  ['freezing', decideFreezeBackend],
  ['thawing', decideThawBackend],
])('%s is refused', (_, decide) => {
  it.each([
    ['was never added', []],
    ['is being removed', [...added(), ...REMOVING]],
  ])('when the backend %s', (_status, events) => {
    givenBackend(...events)
      .when(decide, NAMED)
      .thenRefused('BackendNotFound', BACKEND, 'backend add');
  });
});
