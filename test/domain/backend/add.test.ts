import { describe, it } from 'vitest';
import {
  BackendAdded,
  BackendAdditionFailed,
  BackendAdditionRequested,
  decideAddBackend,
} from '../../../src/domain/backend/add.ts';
import { BackendOutcomeUnknown } from '../../../src/domain/backend/aggregate.ts';
import { ALL_CAPABILITIES, added, additionRequested, BACKEND, givenBackend, stats } from '../backends.ts';
import { by, timeOf } from '../given.ts';
import { FAILURE } from '../volumes.ts';

const ADD = { name: BACKEND, driver: 'memory' };
const FACTS = {
  driver: 'memory',
  options: { san_ip: '::1' },
  capabilities: ALL_CAPABILITIES,
  sameConfiguration: false,
};
const ASKED = [
  by('addition', additionRequested()),
  by('addition', BackendOutcomeUnknown.of({ question: 'is the array there?' })),
];

describe('adding a backend', () => {
  it('records the driver’s own form of the options, and what it is able to do', () => {
    const facts = { ...FACTS, options: { san_ip: '::1', san_port: 22 }, capabilities: ['extend' as const] };
    givenBackend()
      .when(decideAddBackend, ADD, facts)
      .thenRecords(
        BackendAdditionRequested.of({
          backend: { name: BACKEND, driver: 'memory', options: facts.options, capabilities: facts.capabilities },
        }),
      );
  });

  it('records the hosts that may execute for it, and nothing of hosts where any may', () => {
    const { sameConfiguration: _, ...planned } = FACTS;
    const backend = { name: BACKEND, ...planned };
    const named = BackendAdditionRequested.of({ backend: { ...backend, hosts: ['storage-1'] } });
    givenBackend()
      .when(decideAddBackend, { ...ADD, hosts: ['storage-1'] }, FACTS)
      .thenRecords(named);
    givenBackend(named).thenState({ backend: { hosts: ['storage-1'] } });
    givenBackend()
      .when(decideAddBackend, { ...ADD, hosts: [] }, FACTS)
      .thenRecords(BackendAdditionRequested.of({ backend }));
  });

  it('has the status of each step', () => {
    givenBackend(additionRequested()).thenState({
      backend: { status: 'adding', frozen: 'thawed', stats: null, stats_at: null, created_at: timeOf(0) },
      open: [{ revision: '0' }],
    });
    givenBackend(...added()).thenState({
      backend: { status: 'available', stats: stats(), stats_at: timeOf(1) },
      open: [],
    });
  });

  it('leaves the name free when it fails', () => {
    const failed = [additionRequested(), BackendAdditionFailed.of({ failure: FAILURE })];
    givenBackend(...failed).thenState({ backend: null, open: [] });
    givenBackend(...failed)
      .when(decideAddBackend, ADD, FACTS)
      .thenRecords(additionRequested());
  });

  it('has nothing to do for the same configuration', () => {
    givenBackend(...added())
      .when(decideAddBackend, ADD, { ...FACTS, sameConfiguration: true })
      .thenNothing();
  });

  it('is refused for another configuration', () => {
    givenBackend(...added())
      .when(decideAddBackend, ADD, FACTS)
      .thenRefused('BackendConfigurationDiffers', BACKEND, 'another name');
  });

  it('may be tried again after an unknown end, which it then answers', () => {
    givenBackend(...ASKED).thenState({ backend: { status: 'error' }, questions: [{ command_id: 'addition' }] });
    givenBackend(...ASKED)
      .when(decideAddBackend, ADD, FACTS)
      .thenRecords(additionRequested());
    givenBackend(
      ...ASKED,
      by('again', additionRequested()),
      by('again', BackendAdded.of({ stats: stats() })),
    ).thenState({ backend: { status: 'available' }, questions: [], open: [] });
  });
});
