import type { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { fieldOf, firstIssue } from '../invalid-dump.ts';

/** A record that cannot become a fact of ours; the others can. */
export class Unusable extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy = 'mend it where it comes from, or leave it out') {
    super(problem);
    this.remedy = remedy;
  }
}

/** The data in the schema's form. Throws `Unusable` with the first field that is wrong. */
export const read = <Data>(schema: z.ZodType<Data>, data: unknown, place: string): Data => {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const { path, problem } = firstIssue(parsed.error);
  throw new Unusable([place, fieldOf(path), problem].filter(Boolean).join(': '));
};

/** The same as events can hold it: a number that is not whole becomes its text. */
export const storable = (value: unknown): Json => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, storable(member)]));
};

/** What a record holds besides what was taken of it; `null` says nothing. */
export const kept = (rest: { readonly [field: string]: unknown }): { readonly [field: string]: Json } =>
  Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([field, value]) => [field, storable(value)]),
  );
