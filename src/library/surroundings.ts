import { createCommandRunner } from '../drivers/command-runner.ts';
import { KnownSecrets } from '../known-secrets.ts';
import { createLogger, type Logger } from '../logging.ts';
import type { Revealing } from '../secrets/reveal.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';

/** What is there before a log is open: where this process logs, and how it starts programs. */
export interface Surroundings extends Revealing {
  readonly logger: Logger;
  readonly rootHelper: string;
}

export const surroundingsOf = (options: { readonly logger?: Logger; readonly rootHelper?: string }): Surroundings => {
  const known = new KnownSecrets();
  const logger = known.quiet(options.logger ?? createLogger());
  const rootHelper = options.rootHelper ?? ENGINE_DEFAULTS.rootHelper;
  const run = createCommandRunner({
    rootHelper,
    log: logger,
    withheld: () => known.withheld,
  });
  return { known, logger, rootHelper, run };
};
