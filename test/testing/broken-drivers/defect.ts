import { capabilitiesOf, type Driver, type DriverDefinition } from '../../../src/drivers/contract.ts';
import { type MemoryArray, memoryArray } from '../../../src/drivers/memory/array.ts';
import memory from '../../../src/drivers/memory/driver.ts';

/** The memory driver with one mistake in it, as its author could have made it. */
export const withDefect = (name: string, spoil: (driver: Driver, array: MemoryArray) => Partial<Driver>) =>
  ({
    ...memory,
    name,
    description: 'Breaks one promise of the contract',
    create: (options, environment) => {
      const driver = memory.create(options as Parameters<typeof memory.create>[0], environment);
      const array = memoryArray(String(options.array ?? environment.backendName));
      return { ...driver, ...spoil(driver, array) };
    },
  }) as DriverDefinition;

/** A capability that the memory driver has. */
export const part = <Name extends 'clone' | 'extend' | 'snapshots' | 'revert' | 'resources' | 'manage'>(
  driver: Driver,
  name: Name,
) => {
  const found = driver[name];
  if (found === undefined) throw new TypeError(`the driver has ${capabilitiesOf(driver).join()} and no ${name}`);
  return found as NonNullable<Driver[Name]>;
};
