import type { z } from 'zod';
import { type JsonObject, JsonObjectSchema } from '../domain/json.ts';
import type { Connector } from './contract.ts';

/** Connector properties of which these are texts that must be there. */
export const connectorWith = (...required: readonly string[]): z.ZodType<Connector> =>
  required.reduce<z.ZodType<JsonObject>>(
    (schema, property) =>
      schema.refine((connector) => typeof connector[property] === 'string' && connector[property] !== '', {
        error: `must have "${property}"`,
        path: [property],
      }),
    JsonObjectSchema,
  );
