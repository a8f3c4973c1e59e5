import { z } from 'zod';
import { type Json, Text } from './json.ts';

const Base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, { error: 'must be base64' });

/**
 * A credential as events, states and dumps hold it: AES-256-GCM under a data key that stands in a key store apart from
 * the log. It is bound to its stream, the command that brought it and its place (a JSON pointer) in the event's data.
 */
export const SealedSchema = z.strictObject({
  sealed: z.strictObject({
    v: z.literal(1),
    key: Text.min(1),
    command: Text.min(1),
    path: Text.min(1),
    iv: Base64,
    tag: Base64,
    ciphertext: Base64,
  }),
});
export type Sealed = z.infer<typeof SealedSchema>;

/** What stands in a state for a sealed credential whose key was destroyed. The event keeps the ciphertext. */
export const ShreddedSchema = z.strictObject({ shredded: z.strictObject({ v: z.literal(1), key: Text.min(1) }) });
export type Shredded = z.infer<typeof ShreddedSchema>;

/** A credential of a resource: `null` where there is none, in the clear only in events of before there was sealing. */
export const CredentialSchema = z.union([Text, SealedSchema, ShreddedSchema]);

const hasOnly = (value: object, key: string): boolean => {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === key;
};

const SEALED_TEXTS = ['key', 'command', 'path', 'iv', 'tag', 'ciphertext'] as const;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const isSealed = (value: unknown): value is Sealed =>
  isObject(value) && hasOnly(value, 'sealed') && hasSealedShape((value as Sealed).sealed);

/** As the schema has it, for whoever meets one of them in every state. */
const hasSealedShape = (sealed: Sealed['sealed']): boolean =>
  isObject(sealed) && sealed.v === 1 && SEALED_TEXTS.every((name) => typeof sealed[name] === 'string');

export const isShredded = (value: unknown): value is Shredded =>
  isObject(value) && hasOnly(value, 'shredded') && ShreddedSchema.safeParse(value).success;

/** One step of a JSON pointer (RFC 6901). */
export const pointerStep = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const pointersIn = (value: unknown, is: (value: object) => boolean, at = ''): readonly string[] => {
  if (!isObject(value)) return [];
  if (is(value)) return [at];
  return Object.entries(value).flatMap(([key, member]) => pointersIn(member, is, at + pointerStep(key)));
};

/** The JSON pointers of what is sealed in a value. */
export const sealedIn = (value: unknown): readonly string[] => pointersIn(value, isSealed);

/** The JSON pointers of what was sealed in a value, and whose key was destroyed. */
export const shreddedMarksIn = (value: unknown): readonly string[] => pointersIn(value, isShredded);

/** The ids of the keys that what is sealed in a value needs. */
export const sealedKeysIn = (value: unknown): ReadonlySet<string> => {
  if (!isObject(value)) return new Set();
  if (isSealed(value)) return new Set([value.sealed.key]);
  return new Set(Object.values(value).flatMap((member) => [...sealedKeysIn(member)]));
};

/** The value with everything sealed in it marked as shredded; the very same value where nothing is. */
export const shreddedIn = <Value>(value: Value): Value => {
  if (sealedIn(value).length === 0) return value;
  return marked(value as Json) as Value;
};

const marked = (value: Json): Json => {
  if (isSealed(value)) return { shredded: { v: 1, key: value.sealed.key } };
  if (Array.isArray(value)) return value.map(marked);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, marked(member as Json)]));
};
