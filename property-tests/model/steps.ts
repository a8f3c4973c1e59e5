import fc from 'fast-check';
import { v5 as uuid5 } from 'uuid';
import type { Fault, MemoryCall } from '../../src/drivers/memory/faults.ts';
import type { Command } from '../../src/index.ts';
import { anyCommand, changeBackend, FIRST_VOLUME } from './commands.ts';
import type { House } from './house.ts';

/** Give a command while the array has these faults, or give an earlier command again (same id, no faults). */
export type Step = { readonly give: Command; readonly faults: readonly Fault[] } | { readonly again: number };

const CONNECT: readonly MemoryCall[] = ['createExport', 'initializeConnection', 'removeExport'];
const DISCONNECT: readonly MemoryCall[] = ['terminateConnection', 'removeExport'];

/** The calls that a command may make. */
export const callsOf = ({ type }: Command): readonly MemoryCall[] => {
  switch (type) {
    case 'CreateVolume':
      return ['createVolume', 'findVolume'];
    case 'DeleteVolume':
      return ['deleteVolume', 'findVolume'];
    case 'ExtendVolume':
      return ['extendVolume', 'findVolume', 'extendDevice'];
    case 'CloneVolume':
      return ['cloneVolume', 'findVolume'];
    case 'CreateVolumeFromSnapshot':
      return ['createVolumeFromSnapshot', 'findVolume'];
    case 'CreateSnapshot':
      return ['createSnapshot', 'findSnapshot'];
    case 'DeleteSnapshot':
      return ['deleteSnapshot', 'findSnapshot'];
    case 'RevertToSnapshot':
      return ['revertToSnapshot'];
    case 'ConnectVolume':
      return CONNECT;
    case 'DisconnectVolume':
      return DISCONNECT;
    case 'EnsureVolumeExport':
      return ['createExport', 'initializeConnection'];
    case 'AttachVolume':
      return [...CONNECT, 'connectVolume', 'disconnectVolume', ...DISCONNECT];
    case 'DetachVolume':
      return ['disconnectVolume', ...DISCONNECT];
    case 'AttachDevice':
      return ['connectVolume'];
    case 'DetachDevice':
      return ['disconnectVolume'];
    case 'FreezeBackend':
      return ['freezeBackend'];
    case 'ThawBackend':
      return ['thawBackend'];
    case 'ChangeBackend':
      return ['setup', 'stats'];
    case 'RefreshBackendStats':
      return ['stats'];
    default:
      return [];
  }
};

const fault = fc.record({
  which: fc.nat({ max: 5 }),
  when: fc.constantFrom('before', 'after', 'instead'),
  times: fc.constantFrom(1, 2, 1_000),
});
const lost = fc.constantFrom('after', 'instead');

/** Nothing goes wrong, or a few calls do, or none of the calls is ever answered. */
const faultsOf = (calls: readonly MemoryCall[]): fc.Arbitrary<readonly Fault[]> => {
  if (calls.length === 0) return fc.constant([]);
  const few = fc.array(fault, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    {
      weight: 3,
      arbitrary: few.map((some) => some.map(({ which, ...rest }) => ({ call: at(calls, which), ...rest }))),
    },
    { weight: 1, arbitrary: lost.map((when) => calls.map((call) => ({ call, when, times: 1_000 }))) },
  );
};

const at = (calls: readonly MemoryCall[], which: number): MemoryCall => calls[which % calls.length] as MemoryCall;

const giving = (command: fc.Arbitrary<Command>): fc.Arbitrary<Step> =>
  command.chain((give) => faultsOf(callsOf(give)).map((faults) => ({ give, faults })));

const again: fc.Arbitrary<Step> = fc.nat({ max: 40 }).map((number) => ({ again: number }));

const FIRST: Step = { give: FIRST_VOLUME, faults: [] };

/** A sequence of commands with whatever may go wrong. It begins with a volume, so that the others have something to do. */
export const stepsOf = (command: fc.Arbitrary<Command>, maxLength = 30): fc.Arbitrary<readonly Step[]> =>
  fc
    .array(fc.oneof({ weight: 9, arbitrary: giving(command) }, { weight: 1, arbitrary: again }), {
      maxLength,
      size: 'max',
    })
    .map((steps) => [FIRST, ...steps]);

export const anySteps = stepsOf(
  fc.oneof({ weight: 40, arbitrary: anyCommand }, { weight: 1, arbitrary: changeBackend }),
);

const COMMAND_IDS = '7d3b2c54-0a4e-5b1a-9f7e-0f6f5a1c2d3e';
export const commandId = (number: number): string => uuid5(String(number), COMMAND_IDS);

/** Takes one step, and answers what the engine did. Faults that were not met are forgotten. */
export const take = async (house: House, steps: readonly Step[], index: number) => {
  const step = steps[index] as Step;
  const given = 'again' in step ? step.again % (index + 1) : index;
  const first = steps[given] as Step;
  if ('again' in first) return null;
  for (const injected of 'again' in step ? [] : step.faults) house.array.inject(injected);
  const outcome = await house.engine.execute(first.give, { commandId: commandId(given), reason: 'a life' });
  house.array.faults.clear();
  return { command: first.give, commandId: commandId(given), outcome };
};

export const takeAll = async (house: House, steps: readonly Step[]): Promise<void> => {
  for (const index of steps.keys()) await take(house, steps, index);
};
