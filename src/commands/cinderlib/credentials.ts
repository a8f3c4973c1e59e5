import { isCredentialName } from '../../credential-names.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isSealed, pointerStep } from '../../domain/sealed.ts';
import type { VolumeState } from '../../domain/volume/volume.ts';
import { type SecretField, withSecrets } from '../../drivers/secret-fields.ts';
import { credentialIn } from '../credentials.ts';

/** Seals a credential; `pointer` is its place in the data of the event. */
export type SealCredential = (credential: Json, pointer: string) => Promise<Json>;

/** What of an import may hold credentials. */
interface Holding {
  readonly state: VolumeState;
  readonly kept: JsonObject;
}

/**
 * Everything in a volume's import that is a credential, sealed: what its driver's answers are sealed of, and what has
 * the name of one wherever it stands. Metadata and specs are the user's own words.
 */
export const withSealedCredentials = async <Imported extends Holding>(
  imported: Imported,
  fields: readonly SecretField[],
  seal: SealCredential,
): Promise<Imported> => {
  const { state, kept } = imported;
  const connections: Record<string, VolumeState['connections'][string]> = {};
  for (const [id, connection] of Object.entries(state.connections)) {
    const at = `/state/connections${pointerStep(id)}`;
    const info = await withSecrets(connection.connection_info, fields, (credential, pointer) =>
      seal(credential as Json, at + pointer),
    );
    connections[id] = {
      ...connection,
      connection_info: (await named(info, `${at}/connection_info`, seal)) as typeof info,
      connector: (await named(connection.connector, `${at}/connector`, seal)) as JsonObject,
    };
  }
  const volume =
    typeof state.volume?.provider_auth === 'string' && state.volume.provider_auth !== ''
      ? { ...state.volume, provider_auth: await seal(state.volume.provider_auth, '/state/volume/provider_auth') }
      : state.volume;
  return {
    ...imported,
    state: { ...state, volume, connections },
    kept: (await named(kept, '/origin/kept', seal)) as JsonObject,
  } as Imported;
};

/** Most hold none, and are left alone at once. */
const named = async (value: Json, at: string, seal: SealCredential): Promise<Json> =>
  credentialIn(value) === null ? value : namedWithin(value, at, seal);

const namedWithin = async (value: Json, at: string, seal: SealCredential): Promise<Json> => {
  if (typeof value !== 'object' || value === null || isSealed(value)) return value;
  if (Array.isArray(value))
    return Promise.all(value.map((member, index) => namedWithin(member, `${at}/${index}`, seal)));
  const sealed = Object.entries(value).map(async ([name, member]) => {
    const pointer = at + pointerStep(name);
    const isCredential = isCredentialName(name) && typeof member === 'string' && member !== '';
    return [name, isCredential ? await seal(member, pointer) : await namedWithin(member, pointer, seal)] as const;
  });
  return Object.fromEntries(await Promise.all(sealed));
};

/** The record without its credentials: what tells it from another may be hashed, and a hash can be guessed at. */
export const withoutCredentials = (data: unknown): string =>
  JSON.stringify(data, (name, value) => (isCredentialName(name) ? null : value));
