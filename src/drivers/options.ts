import { z } from 'zod';
import type { Secret } from '../secret.ts';

/** Where a credential is found. This, and never the credential, is what a backend's registration records. */
export type SecretReference = { readonly env: string } | { readonly file: string };

const EnvReference = z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
const FileReference = z.strictObject({ file: z.string().regex(/^\/[^\0]*$/) });

/** `env:NAME` and `file:/path`, as a command line gives a reference. */
const fromText = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (value.startsWith('env:')) return { env: value.slice('env:'.length) };
  if (value.startsWith('file:')) return { file: value.slice('file:'.length) };
  return value;
};

/**
 * An option that is a credential. It is given as a reference, `{ env: 'NAME' }` or `{ file: '/path' }`; the driver gets
 * a `Secret`, which is why the schema's type says so although parsing keeps the reference.
 */
export const secret = (): z.ZodType<Secret, SecretReference | string> =>
  z
    .preprocess(fromText, z.union([EnvReference, FileReference], { error: 'must be a reference to a credential' }))
    .meta({ secret: true }) as unknown as z.ZodType<Secret, SecretReference | string>;

/** A number that may have a fraction, kept as its decimal text because events hold whole numbers only. */
export const decimal = (range: { readonly min: number; readonly max?: number }) =>
  z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, { error: 'must be a decimal number, such as 20.0' })
      .refine((text) => Number(text) >= range.min && Number(text) <= (range.max ?? Number.MAX_SAFE_INTEGER), {
        error: `must be at least ${range.min}${range.max === undefined ? '' : ` and at most ${range.max}`}`,
      }),
  );

/** Cinder's options that every driver has. */
export const commonOptions = {
  max_over_subscription_ratio: decimal({ min: 1 })
    .default('20.0')
    .describe('How many times the capacity may be promised to thin volumes'),
  reserved_percentage: z.int().min(0).max(100).default(0).describe('Percentage of the capacity that is never promised'),
};

/** The schema inside what `optional`, `default`, `nullable` and their like wrap around it. */
const layersOf = (schema: z.core.$ZodType): readonly z.core.$ZodType[] => {
  const inner = (schema._zod.def as { readonly innerType?: z.core.$ZodType }).innerType;
  return inner === undefined ? [schema] : [schema, ...layersOf(inner)];
};

export const isSecret = (schema: z.core.$ZodType): boolean =>
  layersOf(schema).some((layer) => z.globalRegistry.get(layer)?.secret === true);

export const descriptionOf = (schema: z.core.$ZodType): string =>
  layersOf(schema)
    .map((layer) => z.globalRegistry.get(layer)?.description)
    .find((description) => description !== undefined) ?? '';
