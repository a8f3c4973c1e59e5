import { backendStream } from '../../domain/backend/backend.ts';
import {
  BackendFreezeFailed,
  BackendFreezeRequested,
  BackendFrozen,
  BackendThawed,
  BackendThawFailed,
  BackendThawRequested,
  decideFreezeBackend,
  decideThawBackend,
  FreezeBackend,
  ThawBackend,
} from '../../domain/backend/freeze.ts';
import { operation } from '../operation.ts';
import { drained } from './drain.ts';

export const freezeBackend = operation({
  command: FreezeBackend,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  decide: decideFreezeBackend,
  effect: {
    intent: BackendFreezeRequested,
    backend: 'in any state',
    perform: async (work) => {
      const { backend } = work.state;
      if (backend !== null) await drained(backend.name, work);
      await (await work.driver()).freeze?.freezeBackend();
    },
    succeeded: () => [BackendFrozen.of({})],
    failed: (_, failure) => BackendFreezeFailed.of({ failure }),
    reconcile: 'perform again',
  },
});

export const thawBackend = operation({
  command: ThawBackend,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  decide: decideThawBackend,
  effect: {
    intent: BackendThawRequested,
    backend: 'in any state',
    perform: async ({ driver }) => (await driver()).freeze?.thawBackend(),
    succeeded: () => [BackendThawed.of({})],
    failed: (_, failure) => BackendThawFailed.of({ failure }),
    reconcile: 'perform again',
  },
});
