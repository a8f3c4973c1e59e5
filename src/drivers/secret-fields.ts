import { pointerStep } from '../domain/sealed.ts';

/**
 * Where a driver's answers hold credentials: a field of the model update, or a path in the data of connection info,
 * whose steps are names, indexes or `*`.
 */
export type SecretField = 'provider_auth' | `connection_info.data.${string}`;

/** Cinder's names: sealed whatever a driver declares. */
export const KNOWN_SECRET_FIELDS: readonly SecretField[] = [
  'provider_auth',
  'connection_info.data.auth_password',
  'connection_info.data.discovery_auth_password',
  'connection_info.data.keyring',
  'connection_info.data.serverPassword',
  'connection_info.data.serverToken',
];

/** All fields that are sealed of what a driver answers. */
export const secretFieldsOf = ({
  secrets = [],
}: {
  readonly secrets?: readonly SecretField[] | undefined;
}): readonly SecretField[] => [...new Set([...KNOWN_SECRET_FIELDS, ...secrets])];

/**
 * Whether volumes of a backend may come to have credentials: its driver says where they are, or Cinder's option asks for
 * them.
 */
export const mayMakeCredentials = (
  { secrets = [] }: { readonly secrets?: readonly SecretField[] | undefined },
  options: Readonly<Record<string, unknown>>,
): boolean => secrets.length > 0 || options.use_chap_auth === true;

/** Whether it is such a path: a driver's module may be plain JavaScript. */
export const isSecretField = (field: unknown): field is SecretField =>
  field === 'provider_auth' || (typeof field === 'string' && /^connection_info\.data(\.[^.]+)+$/.test(field));

/** What becomes of a credential; `pointer` is its place in the data of the event that records the answer. */
type Change = (credential: unknown, pointer: string) => unknown;

/** A driver's answer, whichever it is, with its credentials changed. */
export const withSecrets = async <Answer>(
  answer: Answer,
  fields: readonly SecretField[],
  change: Change,
): Promise<Answer> => {
  if (typeof answer !== 'object' || answer === null) return answer;
  if ('driver_volume_type' in answer) {
    const inInfo = fields.filter((field) => field !== 'provider_auth');
    return (await withFields({ connection_info: answer }, inInfo, change)).connection_info;
  }
  if ('modelUpdate' in answer) return { ...answer, modelUpdate: await withSecrets(answer.modelUpdate, fields, change) };
  if (!('provider_auth' in answer) || !fields.includes('provider_auth')) return answer;
  return (await withFields({ model_update: answer }, ['model_update.provider_auth'], change)).model_update;
};

const withFields = async <Data>(data: Data, fields: readonly string[], change: Change): Promise<Data> => {
  let changed = data;
  for (const field of fields) changed = await withField(changed, field.split('.'), change);
  return changed;
};

/** A copy in which the values at the path, `null` and empty ones aside, are changed. */
const withField = async <Value>(
  value: Value,
  [step, ...rest]: readonly string[],
  change: Change,
  pointer = '',
): Promise<Value> => {
  if (step === undefined) {
    const isNothing = value === null || value === undefined || value === '';
    return (isNothing ? value : await change(value, pointer)) as Value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const keys = step === '*' ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
  if (keys.length === 0) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  for (const key of keys) copy[key] = await withField(copy[key], rest, change, pointer + pointerStep(key));
  return copy as Value;
};
