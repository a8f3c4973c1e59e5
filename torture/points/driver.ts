import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Driver } from '../../src/drivers/contract.ts';
import { CAPABILITY_METHODS, CORE_METHODS } from '../../src/drivers/make-driver.ts';
import { at } from './points.ts';

/** A call of a driver: its name, and the capability that it belongs to. */
export interface Call {
  readonly method: string;
  readonly capability: keyof typeof CAPABILITY_METHODS | null;
}

export const CALLS: readonly Call[] = [
  ...CORE_METHODS.map((method) => ({ method, capability: null })),
  ...Object.entries(CAPABILITY_METHODS).flatMap(([capability, methods]) =>
    methods.map((method) => ({ method, capability: capability as keyof typeof CAPABILITY_METHODS })),
  ),
];

type Method = (...given: readonly unknown[]) => Promise<unknown>;

export const methodOf = (driver: Driver, { method, capability }: Call): Method | undefined => {
  const owner = (capability === null ? driver : driver[capability]) as Readonly<Record<string, Method>> | undefined;
  return owner?.[method]?.bind(owner);
};

/** What a driver is besides its calls. */
type Traits = {
  readonly online: boolean;
  readonly multiattach: boolean;
  readonly connections: boolean;
};

/** A driver whose every call is made by `make`. */
export const driverOf = (
  calls: readonly Call[],
  { online, multiattach, connections }: Traits,
  make: (call: Call, given: readonly unknown[]) => Promise<unknown>,
): Driver => {
  const driver: Record<string, unknown> = {};
  for (const call of calls) {
    const method: Method = (...given) => make(call, given);
    if (call.capability === null) driver[call.method] = method;
    else driver[call.capability] = { ...(driver[call.capability] ?? {}), [call.method]: method };
  }
  const having = (capability: string, trait: object) =>
    driver[capability] === undefined ? {} : { [capability]: { ...driver[capability], ...trait } };
  return {
    ...driver,
    ...having('extend', { online }),
    ...having('resources', { connections }),
    ...(multiattach ? { multiattach: true } : {}),
  } as unknown as Driver;
};

/** The driver, with points before, during and after each of its calls. */
export const withPoints = (driver: Driver): Driver => {
  const calls = CALLS.filter((call) => methodOf(driver, call) !== undefined);
  const traits = {
    online: driver.extend?.online ?? false,
    multiattach: driver.multiattach ?? false,
    connections: driver.resources?.connections ?? false,
  };
  const labelled = driverOf(calls, traits, async (call, given) => {
    const point = `driver ${call.method}`;
    at(`${point}: before`);
    const during = nextTurn().then(() => at(`${point}: during`));
    const [answer] = await Promise.all([methodOf(driver, call)?.(...given), during]);
    at(`${point}: after`);
    return answer;
  });
  return { ...labelled, ...(driver.close === undefined ? {} : { close: () => driver.close?.() ?? Promise.resolve() }) };
};
