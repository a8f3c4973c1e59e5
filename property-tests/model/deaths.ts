import fc from 'fast-check';
import type { HostExecutors } from '../../src/commands/executors.ts';
import type { MemoryCall } from '../../src/drivers/memory/faults.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import type { Command } from '../../src/index.ts';
import { keyStoreOf } from '../../src/testing/test-engine.ts';
import { anyCommand, FIRST_VOLUME } from './commands.ts';
import { type House, openEngine } from './house.ts';
import { callsOf } from './steps.ts';

/** Where an executor dies while it performs a command: at a call of the driver, or at one of its appends. */
export type Death = { readonly when: 'before' | 'after' } & (
  | { readonly call: MemoryCall }
  | { readonly append: number }
);

export interface MortalStep {
  readonly give: Command;
  /** `null`: whoever performs it lives on. */
  readonly death: Death | null;
}

const when = fc.constantFrom('before', 'after');

const deathIn = (command: Command): fc.Arbitrary<Death> => {
  const atAppend = fc.record({ when, append: fc.integer({ min: 1, max: 6 }) });
  const calls = callsOf(command);
  if (calls.length === 0) return atAppend;
  return fc.oneof({ weight: 2, arbitrary: fc.record({ when, call: fc.constantFrom(...calls) }) }, atAppend);
};

const mortal = anyCommand.chain((give) =>
  fc.option(deathIn(give), { freq: 2 }).map((death): MortalStep => ({ give, death })),
);

export const mortalSteps: fc.Arbitrary<readonly MortalStep[]> = fc
  .array(mortal, { maxLength: 25, size: 'max' })
  .map((steps) => [{ give: FIRST_VOLUME, death: null }, ...steps]);

const never = new Promise<never>(() => {});

/** The log as the dying one sees it: nothing comes back from its n-th append, which was made or was not. */
const lastAppend = (log: EventLog, number: number, made: boolean, died: () => void): EventLog => {
  let count = 0;
  return {
    ...log,
    async append(append) {
      count += 1;
      if (count !== number) return log.append(append);
      if (made) await log.append(append);
      died();
      return never;
    },
  };
};

/** Executors that know of each other who is dead. */
export const mortals = () => {
  const dead = new Set<string>();
  let count = 0;
  return {
    next(): HostExecutors {
      count += 1;
      return {
        own: `node1/${count}/mortal`,
        isGone: async (executor) => dead.has(executor),
        endCommandsOf: async () => true,
      };
    },
    bury: ({ own }: HostExecutors) => void dead.add(own),
  };
};

/** Gives the command to an executor that dies of it, unless the command ends before it gets there. */
export const dieOf = async (
  { array }: House,
  log: EventLog,
  graveyard: ReturnType<typeof mortals>,
  { give, death }: MortalStep & { readonly death: Death },
): Promise<void> => {
  const executors = graveyard.next();
  const died = Promise.withResolvers<void>();
  const own = 'append' in death ? lastAppend(log, death.append, death.when === 'after', died.resolve) : log;
  const victim = await openEngine({ log: own, executors, keyStore: keyStoreOf(log) });
  if ('call' in death) {
    array.inject({ call: death.call, hang: true, ...(death.when === 'after' ? { when: 'after' } : {}) });
    void array.hanging(array.faults.hangingNow() + 1).then(died.resolve);
  }
  await Promise.race([died.promise, victim.execute(give, { reason: 'a life' })]);
  array.faults.forget();
  graveyard.bury(executors);
};
