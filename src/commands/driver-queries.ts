import type { Backend, BackendStats } from '../domain/backend/backend.ts';
import { BackendStatsSchema } from '../domain/backend/backend.ts';
import { mayExecute, notOnThisHost } from '../domain/backend/hosts.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import { type Driver, isDriverFailure, type Volume } from '../drivers/contract.ts';
import type { Services } from './services.ts';

/** Asks the backend's driver: a question, so that no intent is needed. `unanswered` goes on after the backend's name. */
export const asked = async <Answer>(
  backend: Backend,
  { drivers, executors }: Services,
  unanswered: string,
  ask: (driver: Driver) => Promise<Answer>,
): Promise<Answer> => {
  if (!mayExecute(executors.host, backend.hosts)) throw new ScoriaError(notOnThisHost(backend, executors.host));
  try {
    return await drivers.ask(backend, ask);
  } catch (error) {
    throw error instanceof ScoriaError ? error : new ScoriaError(whyUnanswered(backend, unanswered, error));
  }
};

export const whyUnanswered = ({ name }: Backend, unanswered: string, error: unknown): Rejection => {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = isDriverFailure(error) ? error.remedy : 'see whether the storage answers';
  return rejections.DriverFailed(`backend "${name}" ${unanswered}: ${message}`, remedy, { backend: name });
};

export const statsOf = (backend: Backend, services: Services): Promise<BackendStats> =>
  asked(backend, services, 'gives no stats', async (driver) => BackendStatsSchema.parse(await driver.stats()));

/** A volume as a question needs it: whoever only asks needs no credentials. */
export const askedAbout = (volume: Omit<Volume, 'provider_auth'>): Volume => ({ ...volume, provider_auth: null });
