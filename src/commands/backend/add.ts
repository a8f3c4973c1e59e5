import {
  AddBackend,
  BackendAdded,
  BackendAdditionFailed,
  BackendAdditionRequested,
  decideAddBackend,
} from '../../domain/backend/add.ts';
import { type BackendStats, backendStream } from '../../domain/backend/backend.ts';
import { operation } from '../operation.ts';
import { driverFacts } from './configuration.ts';

export const addBackend = operation({
  command: AddBackend,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  facts: ({ name, driver, options = {}, hosts }, { state, services }) =>
    driverFacts({ name, driver, options, hosts }, state.backend, services),
  decide: decideAddBackend,
  effect: {
    intent: BackendAdditionRequested,
    backend: 'in any state',
    perform: async ({ driver }): Promise<BackendStats> => (await driver()).stats(),
    succeeded: (_, stats) => [BackendAdded.of({ stats })],
    failed: (_, failure) => BackendAdditionFailed.of({ failure }),
    reconcile: 'perform again',
  },
});
