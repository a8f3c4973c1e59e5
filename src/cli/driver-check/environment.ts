import { createLogger, type Logger } from '../../logging.ts';
import type { Globals } from '../globals.ts';
import { configurationFor } from '../session.ts';

/** What a check may use of this process. */
export interface CheckEnvironment {
  readonly logger: Logger;
  readonly rootHelper?: string;
}

/** As file, environment and flags say. */
export const checkEnvironment = async (globals: Globals): Promise<CheckEnvironment> => {
  const { logger, rootHelper } = (await configurationFor(globals)).engine;
  return { logger: logger ?? createLogger(), ...(rootHelper === undefined ? {} : { rootHelper }) };
};
