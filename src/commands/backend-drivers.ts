import { canonicalJson } from '../audit/canonical.ts';
import type { Backend } from '../domain/backend/backend.ts';
import { ScoriaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { configurationUnknown } from '../domain/volume/checks.ts';
import { callSignals } from '../drivers/call.ts';
import { type Driver, type DriverEnvironment, DriverFailure } from '../drivers/contract.ts';
import { makeDriver } from '../drivers/make-driver.ts';
import { parseOptions } from '../drivers/parse-options.ts';
import { absoluteDriverName, findDriver } from '../drivers/registry.ts';
import { type SecretField, secretFieldsOf } from '../drivers/secret-fields.ts';
import type { KnownSecrets } from '../known-secrets.ts';
import { configuredOptions } from '../secrets/configured.ts';
import { through } from '../secrets/through.ts';
import { type Bounds, callWithin } from './bounded-call.ts';
import type { ConfiguredDriver, Drivers } from './services.ts';

const CLOSE_MS = 5_000;

interface Ready {
  /** The backend as it was when the driver was last asked for: usually the very same. */
  backend: Backend;
  readonly configuration: string;
  readonly made: Promise<Made>;
}

interface Made {
  readonly driver: Driver;
  readonly secretFields: readonly SecretField[];
}

/** One driver per backend and configuration, set up when it is first used and again when its options change. */
export const createBackendDrivers = (
  environment: Omit<DriverEnvironment, 'backendName'>,
  known: KnownSecrets,
  bounds: Bounds,
): Drivers => {
  const ready = new Map<string, Ready>();
  /** Drivers of former configurations: operations that started with one may still be at work. */
  const former: Ready[] = [];

  const configure = async (backendName: string, name: string, given: JsonObject): Promise<ConfiguredDriver> => {
    const driverName = absoluteDriverName(name);
    const definition = await findDriver(driverName);
    const options = parseOptions(definition, given);
    const resolved = await configuredOptions(definition, options, { run: environment.run, known });
    const driver = makeDriver(definition, resolved, { ...environment, backendName });
    return { driverName, definition, options, driver: quiet(driver, known) };
  };

  const setUp = async (backend: Backend): Promise<Made> => {
    if (backend.options === null) throw new ScoriaError(configurationUnknown(backend.name));
    const { driver, definition } = await configure(backend.name, backend.driver, backend.options);
    await driver.setup();
    return { driver, secretFields: secretFieldsOf(definition) };
  };

  const madeFor = (backend: Backend): Promise<Made> => {
    const known = ready.get(backend.name);
    if (known?.backend === backend) return known.made;
    const configuration = canonicalJson({ driver: backend.driver, options: backend.options });
    if (known?.configuration === configuration) {
      known.backend = backend;
      return known.made;
    }
    const entry: Ready = { backend, configuration, made: unlessGivenUp(backend, setUp(backend)) };
    ready.set(backend.name, entry);
    // A driver that could not be set up is tried anew by the next operation.
    entry.made.catch(() => {
      if (ready.get(backend.name) === entry) ready.delete(backend.name);
    });
    if (known !== undefined) former.push(known);
    return entry.made;
  };

  /** A driver that does not close, or cannot, holds up nobody. */
  const closeOne = async ({ made }: Ready): Promise<void> => {
    const end = await callWithin({ ...bounds, timeoutMs: CLOSE_MS }, async () => {
      // One that could not be set up has nothing to close.
      const driver = (await made.catch(() => undefined))?.driver;
      await driver?.close?.();
    });
    if ('question' in end) environment.log.warn({}, `A driver did not close: ${end.question}`);
  };

  const answer = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const end = await callWithin(bounds, call);
    if ('ended' in end) return end.ended;
    throw new Error(end.question);
  };

  return {
    configure,
    ask: (backend, question) => answer(async () => question((await madeFor(backend)).driver)),
    secretFields: async (backend) => (await madeFor(backend)).secretFields,
    of: async (backend) => (await madeFor(backend)).driver,
    async close() {
      const entries = [...former.splice(0), ...ready.values()];
      ready.clear();
      for (const entry of entries) {
        await closeOne(entry);
      }
    },
  };
};

/** A setup that hangs is waited for by its first call only as long as that is, and is made anew by the next. */
const unlessGivenUp = async (backend: Backend, made: Promise<Made>): Promise<Made> => {
  const { givenUp } = callSignals();
  const late = Promise.withResolvers<never>();
  const giveUp = () => {
    // Should it be set up after all, nobody uses it.
    made.then(({ driver }) => driver.close?.()).catch(() => {});
    late.reject(
      new DriverFailure(
        `the driver of backend "${backend.name}" was not set up in time`,
        'see whether the storage answers',
      ),
    );
  };
  givenUp.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([made, late.promise]);
  } finally {
    givenUp.removeEventListener('abort', giveUp);
  }
};

/** The driver, whose errors repeat no credential. */
export const quiet = <Part extends object>(part: Part, known: KnownSecrets): Part =>
  through(part, async (given, call) => {
    try {
      const answer = await call(given);
      return isAsyncIterable(answer) ? quietly(answer, known) : answer;
    } catch (error) {
      throw known.scrubbed(error);
    }
  });

const isAsyncIterable = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

async function* quietly(items: AsyncIterable<unknown>, known: KnownSecrets): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw known.scrubbed(error);
  }
}
