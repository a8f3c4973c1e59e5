import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ScoriaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { Secret } from '../secret.ts';
import type { CommandError } from './command-runner.ts';
import type { DriverDefinition } from './contract.ts';
import { isSecret, type SecretReference } from './options.ts';
import { invalidOption, schemaOfOption } from './parse-options.ts';
import type { RunCommand } from './run-command.ts';

/** Long enough for a vault on the network, and short enough for whoever waits for it. */
export const COMMAND_TIMEOUT_MS = 30_000;

/** Parsed options as the driver gets them: each reference to a credential is replaced by what it refers to now. */
export const resolveSecrets = async <Options extends z.ZodObject>(
  definition: DriverDefinition<Options>,
  options: JsonObject,
  run: RunCommand,
): Promise<z.output<Options>> => {
  const references = new Map(secretReferences(definition as unknown as DriverDefinition, options));
  const resolved = Object.entries(options).map(async ([name, value]) => {
    const reference = references.get(name);
    if (reference === undefined) return [name, value];
    return [name, await resolveSecret(definition as unknown as DriverDefinition, name, reference, run)];
  });
  return Object.fromEntries(await Promise.all(resolved)) as z.output<Options>;
};

/** The references to credentials among options, by option; what is no reference is none. */
export const secretReferences = (
  definition: DriverDefinition,
  options: Readonly<Record<string, unknown>>,
): readonly (readonly [string, SecretReference])[] =>
  Object.entries(options).flatMap(([name, value]) => {
    const schema = schemaOfOption(definition, name);
    if (schema === undefined || !isSecret(schema)) return [];
    const parsed = z.safeParse(schema, value);
    return parsed.success && isReference(parsed.data) ? [[name, parsed.data]] : [];
  });

const isReference = (value: unknown): value is SecretReference => typeof value === 'object' && value !== null;

/** What a reference refers to now. Throws `InvalidDriverOption`, which says where nothing was found and never what was. */
export const resolveSecret = async (
  definition: DriverDefinition,
  option: string,
  reference: SecretReference,
  run: RunCommand,
): Promise<Secret> => {
  const found = await lookUp(reference, run);
  if ('secret' in found) return found.secret;
  const message = `option "${option}" of driver "${definition.name}": ${found.where} ${found.problem}`;
  throw new ScoriaError(invalidOption(definition, option, message, found.remedy));
};

/** What a reference leads to; or where nothing was found, and never what was. */
export const lookUp = async (
  reference: SecretReference,
  run: RunCommand,
): Promise<
  { readonly secret: Secret } | { readonly where: string; readonly problem: string; readonly remedy: string }
> => {
  const { where, remedy, read } = sourceOf(reference, run);
  const found = await read();
  if ('text' in found && found.text !== '') return { secret: new Secret(found.text) };
  return { where, remedy, problem: 'text' in found ? 'is empty' : found.problem };
};

/** Credentials that this process was given as values, by the variables that stand for them. */
const provided = new Map<string, Secret>();

/** Makes a credential known to this process as what `env:VARIABLE` refers to, until it is disposed of. */
export const provideCredential = (variable: string, credential: Secret): Disposable => {
  provided.set(variable, credential);
  return { [Symbol.dispose]: () => void provided.delete(variable) };
};

type Found = { readonly text: string } | { readonly problem: string };

interface Source {
  readonly where: string;
  readonly remedy: string;
  /** Never rejects: what went wrong could hold what a program printed. */
  readonly read: () => Promise<Found>;
}

const sourceOf = (reference: SecretReference, run: RunCommand): Source => {
  if ('env' in reference) {
    const value = provided.get(reference.env)?.reveal() ?? process.env[reference.env];
    return {
      where: `environment variable ${reference.env}`,
      remedy: `set ${reference.env} to the credential`,
      read: async () => (value === undefined ? { problem: 'is not set' } : { text: value }),
    };
  }
  if ('file' in reference) {
    return {
      where: `file ${reference.file}`,
      remedy: 'put the credential into that file',
      read: () => readFile(reference.file, 'utf8').then(withoutLastNewline, fileUnreadable),
    };
  }
  const [program = '', ...args] = reference.command;
  return {
    where: `what the command ${program} prints`,
    remedy: `make ${program}, with the arguments of the reference, print the credential and end with exit code 0`,
    // The last newline is taken off by the runner.
    read: () =>
      run(program, args, { timeoutMs: COMMAND_TIMEOUT_MS }).then(({ stdout }) => ({ text: stdout }), whyNotHad),
  };
};

const withoutLastNewline = (text: string): Found => ({ text: text.replace(/\r?\n$/, '') });

const fileUnreadable = ({ code }: NodeJS.ErrnoException): Found => ({ problem: `cannot be read (${code})` });

/** How a program ended, as `CommandError` tells it, without the end of standard error that its message holds. */
export const whyNotHad = ({
  exitCode,
  signal,
  timedOut,
  cancelled,
}: Pick<CommandError, 'exitCode' | 'signal' | 'timedOut' | 'cancelled'>): { readonly problem: string } => {
  if (timedOut) return { problem: `did not come within ${COMMAND_TIMEOUT_MS / 1000} s` };
  if (cancelled) return { problem: 'was not waited for: the call was given up' };
  if (signal !== null) return { problem: `cannot be had: it was ended by ${signal}` };
  if (exitCode !== null) return { problem: `cannot be had: it ended with exit code ${exitCode}` };
  return { problem: 'cannot be had: it could not be started' };
};
