import type { Capability } from '../../domain/backend/backend.ts';
import { capabilitiesOf, type DriverDefinition } from '../../drivers/contract.ts';
import { provideDriver } from '../../drivers/registry.ts';
import { createEngine } from '../../library/engine.ts';
import { silentLogger } from '../../logging.ts';
import { same } from '../asserting.ts';
import { engineChecks } from '../engine/checks.ts';
import { runnerOr, type TestContext, type TestRunner } from '../runner.ts';
import { driverChecks } from './checks.ts';
import { type AnyCheck, type CheckEnd, runCheck } from './run-check.ts';
import { type BackendUnderTest, openSubject } from './subject.ts';

/** The test runner, and what the tests expect of the driver. */
export interface DescribeDriverOptions extends Partial<TestRunner> {
  /** What the tests are called after; the driver's name unless given. */
  readonly name?: string;
  /** The capabilities that the driver must have, and no others. Without them a test of one that it lacks is skipped. */
  readonly capabilities?: readonly Capability[];
}

const BACKEND_NAME = 'under-test';

/** Every check, of both levels. */
export const allChecks: readonly AnyCheck[] = [
  ...driverChecks.map((check) => ({ ...check, level: 'driver' as const })),
  ...engineChecks.map((check) => ({ ...check, level: 'engine' as const })),
];

/**
 * Says the tests that every driver must pass: its contract promise by promise, and cinderlib's functional tests through
 * an engine. `backend` tells how to configure the driver, or makes a new backend for each test.
 *
 * ```ts
 * describeDriver(myDriver, { options: { directory } }, { describe, test });
 * ```
 */
export const describeDriver = (
  definition: DriverDefinition,
  backend: BackendUnderTest | (() => BackendUnderTest | Promise<BackendUnderTest>) = {},
  options: DescribeDriverOptions = {},
): void => {
  const { describe, test } = runnerOr(options);
  const { capabilities } = options;
  const opened = async () => (typeof backend === 'function' ? backend() : backend);
  const isExpected = ({ needs }: AnyCheck): boolean =>
    capabilities === undefined || needs.every((need) => need === 'bytes' || capabilities.includes(need));

  describe(`driver ${options.name ?? definition.name}`, () => {
    if (capabilities !== undefined) {
      test(`has ${capabilities.toSorted().join(', ') || 'no capabilities'}, and no other capability`, async () => {
        const given = await opened();
        try {
          const { driver } = await openSubject(definition, given, BACKEND_NAME);
          await driver.close?.();
          same(capabilitiesOf(driver).toSorted(), capabilities.toSorted(), 'the driver declares other capabilities');
        } finally {
          await given.close?.();
        }
      });
    }
    for (const check of allChecks.filter(isExpected)) {
      const name = check.level === 'engine' ? `through an engine, ${check.name}` : check.name;
      test(name, async (context) => end(await checked(check, definition, await opened()), context));
    }
  });
};

/** On a driver, an engine and a log of its own. */
const checked = async (check: AnyCheck, definition: DriverDefinition, given: BackendUnderTest): Promise<CheckEnd> => {
  using provided = provideDriver(definition);
  try {
    const subject = await openSubject(definition, given, BACKEND_NAME);
    await using engine = await createEngine({ log: ':memory:', user: 'check', logger: silentLogger });
    const backend = await engine.addBackend({
      name: BACKEND_NAME,
      driver: provided.name,
      options: { ...given.options } as Parameters<typeof engine.addBackend>[0]['options'],
    });
    const ended = await runCheck(check, { subject, engine, backend, notes: null, beforeCall: () => {} });
    await subject.driver.close?.();
    return ended;
  } finally {
    await given.close?.();
  }
};

const end = (ended: CheckEnd, context: TestContext): void => {
  if (ended.status === 'passed') return;
  if (ended.status === 'failed') throw ended.error;
  if (context.skip === undefined) throw new Error(ended.why);
  context.skip(ended.why);
};
