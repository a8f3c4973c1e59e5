import { resolve } from 'node:path';
import { z } from 'zod';
import type { Secret } from '../secret.ts';

/**
 * Where a credential is found: an environment variable, a file, or what a program prints. This, and never the
 * credential, is what a backend's registration records.
 */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] };

const Program = z.string().regex(/^([^/\0]+|\/[^\0]*)$/);
const Argument = z.string().regex(/^[^\0]*$/);

const EnvReference = z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
const FileReference = z.strictObject({ file: z.string().regex(/^\/[^\0]*$/) });
const CommandReference = z.strictObject({ command: z.tuple([Program], Argument) });

export const REFERENCE_FORMS = 'env:NAME, file:/path or command:program argument ...';

/** `env:NAME`, `file:/path` and `command:program argument ...`, as a command line gives a reference. */
export const referenceFromText = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (value.startsWith('env:')) return { env: value.slice('env:'.length) };
  if (value.startsWith('file:')) return { file: value.slice('file:'.length) };
  if (value.startsWith('command:')) return { command: wordsOf(value.slice('command:'.length).trim()) };
  return value;
};

/**
 * Words divided by blanks, or a JSON array for arguments that hold blanks themselves. No shell reads them, so that what
 * only a shell would understand is refused instead of handed on as it stands.
 */
const wordsOf = (text: string): unknown => {
  if (!text.startsWith('[')) return /['"\\`$|&;<>]/.test(text) ? undefined : text.split(/\s+/);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * An option that is a credential. It is given as a reference: `{ env: 'NAME' }`, `{ file: '/path' }`,
 * `{ command: ['program', 'argument'] }` or their text forms. The driver gets a `Secret`, which is why the schema's type
 * says so although parsing keeps the reference.
 */
export const secret = (): z.ZodType<Secret, SecretReference | string> =>
  z
    .preprocess(
      referenceFromText,
      z.union([EnvReference, FileReference, CommandReference], { error: 'must be a reference to a credential' }),
    )
    .meta({ secret: true }) as unknown as z.ZodType<Secret, SecretReference | string>;

/** A text that a file can be called. */
export const hasNoNul = (text: string): boolean => !text.includes('\0');
export const NO_NUL = { error: 'must be a path, which holds no NUL' };

/** The path of a file or directory, kept absolute. In a configuration file it is relative to that file. */
export const path = () =>
  z
    .string()
    .min(1)
    .refine(hasNoNul, NO_NUL)
    .overwrite((given) => resolve(given))
    .meta({ path: true });

/** A number that may have a fraction, kept as its decimal text because events hold whole numbers only. */
export const decimal = (range: { readonly min: number; readonly max?: number }) =>
  z
    .preprocess(
      (value) => (typeof value === 'number' ? String(value) : value),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/, { error: 'must be a decimal number, such as 20.0' })
        .refine((text) => Number(text) >= range.min && Number(text) <= (range.max ?? Number.MAX_SAFE_INTEGER), {
          error: `must be at least ${range.min}${range.max === undefined ? '' : ` and at most ${range.max}`}`,
        }),
    )
    .meta({ decimal: true });

/** Cinder's options that every driver has. */
export const commonOptions = {
  max_over_subscription_ratio: decimal({ min: 1 })
    .default('20.0')
    .describe('How many times the capacity may be promised to thin volumes'),
  reserved_percentage: z.int().min(0).max(100).default(0).describe('Percentage of the capacity that is never promised'),
};

/** Cinder's options of how this host attaches volumes, for drivers whose volumes it reaches by several paths. */
export const attachOptions = {
  use_multipath_for_image_xfer: z
    .boolean()
    .default(false)
    .describe('Whether volumes are attached on this host by all their paths'),
  enforce_multipath_for_image_xfer: z
    .boolean()
    .default(false)
    .describe('Whether a host without a running multipathd refuses to do so, instead of attaching by one path'),
};

/** The schema inside what `optional`, `default`, `nullable` and their like wrap around it. */
const layersOf = (schema: z.core.$ZodType): readonly z.core.$ZodType[] => {
  const inner = (schema._zod.def as { readonly innerType?: z.core.$ZodType }).innerType;
  return inner === undefined ? [schema] : [schema, ...layersOf(inner)];
};

const isMarked =
  (mark: 'secret' | 'path' | 'decimal') =>
  (schema: z.core.$ZodType): boolean =>
    layersOf(schema).some((layer) => z.globalRegistry.get(layer)?.[mark] === true);

export const isSecret = isMarked('secret');
export const isPath = isMarked('path');
export const isDecimal = isMarked('decimal');

export const descriptionOf = (schema: z.core.$ZodType): string =>
  layersOf(schema)
    .map((layer) => z.globalRegistry.get(layer)?.description)
    .find((description) => description !== undefined) ?? '';
