import type { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import type { DriverDefinition } from '../drivers/contract.ts';
import { resolveSecrets, secretReferences } from '../drivers/resolve-secrets.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import type { KnownSecrets } from '../known-secrets.ts';
import { Secret } from '../secret.ts';

/** Options as a driver gets them, with credentials that no text of this process repeats and no program inherits. */
export const configuredOptions = async (
  definition: DriverDefinition,
  options: JsonObject,
  { run, known }: { readonly run: RunCommand; readonly known: KnownSecrets },
): Promise<z.output<z.ZodObject>> => {
  for (const [, reference] of secretReferences(definition, options)) {
    if ('env' in reference) known.withhold(reference.env);
  }
  const resolved = await resolveSecrets(definition, options, run);
  for (const value of Object.values(resolved)) if (value instanceof Secret) known.keep(value.reveal());
  return resolved;
};
