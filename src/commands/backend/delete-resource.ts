import { backendStream } from '../../domain/backend/backend.ts';
import {
  DeleteResource,
  decideDeleteResource,
  ResourceDeleted,
  ResourceDeletionFailed,
  ResourceDeletionRequested,
} from '../../domain/backend/delete-resource.ts';
import { operation } from '../operation.ts';
import { assertStillFree, resourceFacts } from '../resources.ts';
import { capability } from '../volume/find.ts';

export const deleteResource = operation({
  command: DeleteResource,
  kind: 'backend',
  needsReason: true,
  stream: ({ name }) => backendStream(name),
  facts: ({ reference }, { state, services }) => resourceFacts(state.backend, reference, services),
  decide: decideDeleteResource,
  effect: {
    intent: ResourceDeletionRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver, services }) => {
      const { reference } = intent.data;
      await assertStillFree(state.backend, reference, services, intent.stream);
      await (await capability(driver, 'resources')).deleteResource(reference);
    },
    succeeded: ({ reference }) => [ResourceDeleted.of({ reference })],
    failed: ({ reference }, failure) => ResourceDeletionFailed.of({ reference, failure }),
    reconcile: 'perform again',
  },
});
