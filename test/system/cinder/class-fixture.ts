import { callSignal } from '../../../src/drivers/call.ts';
import { createCommandRunner } from '../../../src/drivers/command-runner.ts';
import { type Driver, isDriverFailure } from '../../../src/drivers/contract.ts';
import { makeDriver } from '../../../src/drivers/make-driver.ts';
import { parseOptions } from '../../../src/drivers/parse-options.ts';
import { findDriver } from '../../../src/drivers/registry.ts';
import { resolveSecrets } from '../../../src/drivers/resolve-secrets.ts';
import { type Logger, silentLogger } from '../../../src/logging.ts';

/** Python finds the drivers that are made for tests. */
export const FIXTURES = new URL('../../fixtures/cinder-drivers', import.meta.url).pathname;
process.env.PYTHONPATH = FIXTURES;

const run = createCommandRunner({ rootHelper: '', log: silentLogger });

/** A driver of Python's, not set up. */
export const classDriver = async (
  name: string,
  options: Readonly<Record<string, unknown>> = {},
  log: Logger = silentLogger,
): Promise<Driver & AsyncDisposable> => {
  const definition = await findDriver(`cinder:${name}`);
  const resolved = await resolveSecrets(definition, parseOptions(definition, options), run);
  const environment = { backendName: 'under-test', run, rootHelper: '', log, signal: callSignal };
  const driver = makeDriver(definition, resolved, environment);
  return { ...driver, [Symbol.asyncDispose]: async () => driver.close?.() };
};

/** How a call ended: what it answered, why it was refused, or why nobody knows. */
export const endOf = async (call: Promise<unknown> | undefined): Promise<unknown> => {
  try {
    return { done: await call };
  } catch (error) {
    const { message } = error as Error;
    return isDriverFailure(error) ? { refused: message } : { unknown: message };
  }
};
