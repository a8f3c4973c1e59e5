import { Option } from 'commander';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Globals } from './globals.ts';
import { refusePast } from './verbs.ts';

export interface ShowSecrets {
  readonly showSecrets?: boolean;
}

export const showSecretsOption = (): Option =>
  new Option('--show-secrets', 'credentials in the open; recorded, with --reason, before they are shown');

/** Why credentials are to be shown; `null` when they are not. */
export const reasonToShow = ({ showSecrets = false, ...globals }: ShowSecrets & Globals): string | null => {
  if (!showSecrets) return null;
  refusePast(globals);
  if (globals.reason?.trim()) return globals.reason;
  throw new ScoriaError(
    rejections.InvalidInput('--show-secrets needs a reason, for the record', 'give one: --reason', {}),
  );
};
