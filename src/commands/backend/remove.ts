import { backendStream } from '../../domain/backend/backend.ts';
import {
  BackendRemovalFailed,
  BackendRemovalRequested,
  BackendRemoved,
  backendInUse,
  decideRemoveBackend,
  RemoveBackend,
} from '../../domain/backend/remove.ts';
import { resourceIdOf } from '../../domain/streams.ts';
import { operation, Refused } from '../operation.ts';
import type { Services } from '../services.ts';
import { drained } from './drain.ts';

const volumeIds = async (backend_name: string, { read }: Services): Promise<readonly string[]> =>
  (await read.inventory())
    .states('volume', { backend_name })
    .flatMap(({ volume }) => (volume === null ? [] : [volume.id]));

export const removeBackend = operation({
  command: RemoveBackend,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  facts: async ({ name }, { services }) => ({ volumes: await volumeIds(name, services) }),
  decide: decideRemoveBackend,
  effect: {
    intent: BackendRemovalRequested,
    backend: 'not touched',
    perform: async (work) => {
      const name = resourceIdOf(work.intent.stream);
      await drained(name, work);
      const volumes = await volumeIds(name, work.services);
      if (volumes.length > 0) throw new Refused(backendInUse(name, volumes));
    },
    succeeded: () => [BackendRemoved.of({})],
    failed: (_, failure) => BackendRemovalFailed.of({ failure }),
    reconcile: 'perform again',
  },
});
