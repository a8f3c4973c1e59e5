import { canonicalJson } from '../../audit/canonical.ts';
import { type BackendStats, backendStream } from '../../domain/backend/backend.ts';
import {
  BackendChanged,
  BackendChangeFailed,
  BackendChangeRequested,
  ChangeBackend,
  decideChangeBackend,
} from '../../domain/backend/change.ts';
import { ScoriaError } from '../../domain/errors.ts';
import { backendNotFound } from '../../domain/volume/checks.ts';
import { operation } from '../operation.ts';
import { driverFacts } from './configuration.ts';

export const changeBackend = operation({
  command: ChangeBackend,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  facts: async ({ name, options, hosts }, { state, services }) => {
    if (state.backend === null) throw new ScoriaError(backendNotFound(name));
    const merged = Object.entries({ ...state.backend.options, ...options }).filter(([, value]) => value !== null);
    const { driver, hosts: present } = state.backend;
    const wished = { name, driver, options: Object.fromEntries(merged), hosts: hosts ?? present };
    const facts = await driverFacts(wished, state.backend, services);
    // A newer driver may be able to do more, with the options that the backend has.
    const sameAbilities = canonicalJson(facts.capabilities) === canonicalJson(state.backend.capabilities);
    return { ...facts, sameConfiguration: facts.sameConfiguration && sameAbilities };
  },
  decide: decideChangeBackend,
  effect: {
    intent: BackendChangeRequested,
    backend: 'in any state',
    /** The new configuration is tried on a driver of its own; the backend's is set up anew when it is next used. */
    perform: async ({ state, intent, services }): Promise<BackendStats> => {
      const { backend } = state;
      if (backend === null) throw new TypeError('the stream has no backend');
      const { driver } = await services.drivers.configure(backend.name, backend.driver, intent.data.options);
      await driver.setup();
      try {
        return await driver.stats();
      } finally {
        await driver.close?.();
      }
    },
    succeeded: (configuration, stats) => [BackendChanged.of({ ...configuration, stats })],
    failed: (_, failure) => BackendChangeFailed.of({ failure }),
    reconcile: 'perform again',
  },
});
