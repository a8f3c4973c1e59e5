import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { Secret } from '../secret.ts';
import type { DriverDefinition } from './contract.ts';
import { isSecret, type SecretReference } from './options.ts';
import { invalidOption } from './parse-options.ts';

/** Parsed options as the driver gets them: each reference to a credential is replaced by what it refers to now. */
export const resolveSecrets = async <Options extends z.ZodObject>(
  definition: DriverDefinition<Options>,
  options: JsonObject,
): Promise<z.output<Options>> => {
  const resolved = Object.entries(options).map(async ([name, value]) => {
    const schema = definition.options.shape[name];
    if (schema === undefined || !isSecret(schema)) return [name, value];
    return [name, await resolve(definition as unknown as DriverDefinition, name, value as SecretReference)];
  });
  return Object.fromEntries(await Promise.all(resolved)) as z.output<Options>;
};

const resolve = async (definition: DriverDefinition, option: string, reference: SecretReference): Promise<Secret> => {
  const refused = (where: string, problem: string, remedy: string) =>
    invalidOption(definition, option, `Option "${option}" of driver "${definition.name}": ${where} ${problem}`, remedy);
  if ('env' in reference) {
    const value = process.env[reference.env];
    if (value) return new Secret(value);
    const problem = value === undefined ? 'is not set' : 'is empty';
    throw refused(`environment variable ${reference.env}`, problem, `Set ${reference.env} to the credential`);
  }
  const text = await readFile(reference.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused(`file ${reference.file}`, `cannot be read (${error.code})`, 'Put the credential into that file');
  });
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw refused(`file ${reference.file}`, 'is empty', 'Put the credential into that file');
  return new Secret(value);
};
