import { describe, expect, test } from 'vitest';
import { callSignal } from '../../src/drivers/call.ts';
import type { Driver } from '../../src/drivers/contract.ts';
import { makeDriver } from '../../src/drivers/make-driver.ts';
import memory from '../../src/drivers/memory/driver.ts';
import { silentLogger } from '../../src/logging.ts';

const run = () => Promise.reject(new Error('not here'));
const environment = { backendName: 'store', run, log: silentLogger, signal: callSignal };

const made = (spoil: (driver: Driver) => unknown) => () => {
  const definition = { ...memory, create: (options: never) => spoil(memory.create(options, environment)) as Driver };
  return makeDriver(definition, memory.options.parse({}), environment);
};

describe('a driver that is made', () => {
  test('has the methods of the contract', () => {
    expect(made((driver) => driver)()).toMatchObject({ setup: expect.any(Function) });
  });

  test.each<[string, (driver: Driver) => unknown, string, string]>([
    ['a method', ({ findVolume, ...rest }) => rest, 'lacks findVolume', 'add what is missing'],
    [
      "a capability's method",
      (driver) => ({ ...driver, snapshots: { ...driver.snapshots, findSnapshot: undefined } }),
      'lacks snapshots.findSnapshot',
      'a capability that the storage does not have is left out as a whole',
    ],
    ['a capability', (driver) => ({ ...driver, extend: true }), 'lacks extend.extendVolume', 'add what is missing'],
    [
      'a capability around its method',
      ({ extend, ...rest }) => ({ ...rest, ...extend }),
      'has extendVolume beside its other methods',
      'extend: { extendVolume }',
    ],
    ['everything', () => ({}), 'lacks setup, stats, createVolume', 'add what is missing'],
    ['itself', () => undefined, 'creates no object', 'return from create'],
    ['itself until later', (driver) => Promise.resolve(driver), 'creates no object', 'without a promise'],
  ])('is refused when it lacks %s', (_, spoil, problem, remedy) => {
    expect(made(spoil)).toThrow(
      expect.objectContaining({
        code: 'UnknownDriver',
        message: expect.stringContaining(`driver "memory" ${problem}`),
        remedy: expect.stringContaining(remedy),
      }),
    );
  });
});
