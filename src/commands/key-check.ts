import { backendStream } from '../domain/backend/backend.ts';
import type { StreamState } from '../domain/streams.ts';
import { type VolumeState, volumeStream } from '../domain/volume/volume.ts';
import { findDriver } from '../drivers/registry.ts';
import { mayMakeCredentials } from '../drivers/secret-fields.ts';
import { type AnyOperation, type FactsContext, isEffectful } from './operation.ts';
import type { Services } from './services.ts';

/** What an operation is about to change. `backend` is needed where the record has no volume yet. */
interface Target {
  readonly stream: string;
  readonly backend?: string | undefined;
}

type Context = Omit<FactsContext<'volume'>, 'state'>;

/** Whether all that is sealed in a volume and its connections opens here. Throws `KeyStoreUnavailable`. */
export const assertOpens = async ({ volume, connections }: VolumeState, { vault }: Services): Promise<void> => {
  if (volume === null) return;
  const infos = Object.values(connections).map(({ connection_info }) => connection_info);
  await vault.assertOpens(volumeStream(volume.id), [volume.provider_auth, infos]);
};

/**
 * Refuses what this host could accept and not finish for want of a key, so that no intent of it is recorded. Throws
 * `KeyStoreUnavailable`.
 */
export const assertKeys = async (
  operation: AnyOperation,
  { stream, backend: named }: Target,
  state: StreamState,
  context: Context,
): Promise<void> => {
  if (!isEffectful(operation) || operation.keys === undefined || !('volume' in state)) return;
  await assertOpens(state, context.services);
  const backend = state.volume?.backend_name ?? named;
  if (operation.keys === 'made' && backend !== undefined && (await makesCredentials(backend, context))) {
    await context.services.vault.keys.assertReady?.(stream);
  }
};

const makesCredentials = async (name: string, { inventory }: Context): Promise<boolean> => {
  const { backend } = inventory.state('backend', backendStream(name));
  return !!backend?.options && mayMakeCredentials(await findDriver(backend.driver), backend.options);
};
