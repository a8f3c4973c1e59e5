import { ScoriaError } from '../domain/errors.ts';
import { createCommandRunner } from '../drivers/command-runner.ts';
import { resolveSecret } from '../drivers/resolve-secrets.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import { silentLogger } from '../logging.ts';
import { type BackendReferences, checkBackends } from './backends.ts';
import {
  type Configuration,
  type ConfigurationSources,
  configurationOf,
  type ReadConfiguration,
  readConfiguration,
} from './configuration.ts';
import { inOrder, type Problem, problemAt } from './problem.ts';

export interface CheckedConfiguration {
  readonly file: string | null;
  /** Everything that is wrong, from the top of the file. */
  readonly problems: readonly Problem[];
  /** What can be used of it; `null` where something is wrong. */
  readonly configuration: Configuration | null;
}

/**
 * Everything that is wrong with a configuration, without a log: its text, its fields, the options of its backends, its
 * modules, and references to credentials that refer to nothing. A command that prints a credential runs only when
 * `runCommands` says so.
 */
export const checkConfiguration = async (
  sources: ConfigurationSources,
  { runCommands }: { readonly runCommands: boolean },
): Promise<CheckedConfiguration> => {
  const read = await readConfiguration(sources);
  const problems = inOrder([...read.problems, ...(await backendProblems(read, runCommands))]);
  const configuration = problems.length === 0 ? configurationOf(read) : null;
  return { file: read.file?.path ?? null, problems, configuration };
};

const backendProblems = async (
  { file, fields }: ReadConfiguration,
  runCommands: boolean,
): Promise<readonly Problem[]> => {
  if (file === null) return [];
  const { references, problems } = await checkBackends(file, fields);
  const run = createCommandRunner({ rootHelper: '', log: silentLogger });
  const missing = await Promise.all(references.map((backend) => missingCredentials(backend, run, runCommands)));
  return [...problems, ...missing.flat()];
};

const missingCredentials = async (
  { definition, references, placeOf }: BackendReferences,
  run: RunCommand,
  runCommands: boolean,
): Promise<readonly Problem[]> => {
  const asked = references.filter(([, reference]) => runCommands || !('command' in reference));
  const found = asked.map(async ([option, reference]) => {
    const { place, field } = placeOf(option);
    const problem = await resolveSecret(definition, option, reference, run).then(
      () => null,
      (error: unknown) => {
        if (error instanceof ScoriaError) return problemAt(place, field, error.rejection);
        throw error;
      },
    );
    return problem === null ? [] : [problem];
  });
  return (await Promise.all(found)).flat();
};
