import type { Backend, BackendStats } from '../domain/backend/backend.ts';
import { BackendStatsSchema } from '../domain/backend/backend.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { isDriverFailure } from '../drivers/contract.ts';
import type { Services } from './services.ts';

/** Asks the backend's driver for its stats: a question, so that no intent is needed. */
export const statsOf = async (backend: Backend, { drivers }: Services): Promise<BackendStats> => {
  try {
    return BackendStatsSchema.parse(await drivers.stats(backend));
  } catch (error) {
    if (error instanceof ScoriaError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const remedy = isDriverFailure(error) ? error.remedy : 'see whether the storage answers';
    throw new ScoriaError(
      rejections.DriverFailed(`backend "${backend.name}" gives no stats: ${message}`, remedy, {
        backend: backend.name,
      }),
    );
  }
};
