import type { SecretReference } from '../drivers/options.ts';
import { lookUp } from '../drivers/resolve-secrets.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import type { KnownSecrets } from '../known-secrets.ts';

export interface Revealing {
  readonly run: RunCommand;
  readonly known: KnownSecrets;
}

/** Gives what a reference leads to now; programs that are started do not inherit its variable. */
export const revealing = (
  reference: SecretReference,
  { run, known }: Revealing,
  missing: (problem: string, remedy: string) => Error,
): (() => Promise<string>) => {
  if ('env' in reference) known.withhold(reference.env);
  return async () => {
    const found = await lookUp(reference, run);
    if (!('secret' in found)) throw missing(`${found.where} ${found.problem}`, found.remedy);
    const text = found.secret.reveal();
    known.keep(text);
    return text;
  };
};
