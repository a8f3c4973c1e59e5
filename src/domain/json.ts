import { z } from 'zod';

/**
 * The JSON that events, state and dumps are made of. Numbers are safe integers only, because RFC 8785 writes other
 * numbers in ways that languages disagree on; a fraction (a driver's `20.9` GiB) is written as a decimal string.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Far from where recursion ends, and so far below what a load accepts that every event of it can be loaded again. */
const MAX_DEPTH = 200;

/** Whether a value goes deeper than what is recorded may; one that holds itself never ends. */
export const isTooDeep = (value: unknown, depth = 0): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return depth >= MAX_DEPTH || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
};

/** A string without lone surrogates, which UTF-8 (and so canonical JSON) cannot carry. */
export const Text = z.string().refine((text) => text.isWellFormed(), { error: 'must be well-formed Unicode' });

/** Texts first, which most of it is: each variant that does not fit costs. */
export const JsonSchema: z.ZodType<Json> = z.lazy(() =>
  z.union([Text, z.int(), z.boolean(), z.null(), z.array(JsonSchema), z.record(Text, JsonSchema)], {
    error: 'must be JSON whose numbers are whole: text, a whole number, a boolean, null, a list or an object',
  }),
);
export const JsonObjectSchema: z.ZodType<JsonObject> = z.record(Text, JsonSchema);
