import type { Configuration } from '../../config/configuration.ts';
import type { BackendPlan } from '../../config/plan.ts';
import { ScoriaError } from '../../domain/errors.ts';
import type { Globals } from '../globals.ts';
import { inSession } from '../session.ts';

/** What the file wishes and the log has; a log that is not there has nothing. */
export const planFor = async (configuration: Configuration, options: Globals): Promise<BackendPlan> => {
  try {
    return await inSession(
      options,
      'refuse',
      ({ engine }) => configuration.plan(engine),
      Promise.resolve(configuration),
    );
  } catch (error) {
    if (!(error instanceof ScoriaError) || error.code !== 'LogNotFound') throw error;
    const { planBackends } = await import('../../config/plan.ts');
    return planBackends(await configuration.backends(), []);
  }
};
