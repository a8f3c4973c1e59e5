import fc from 'fast-check';
import type { MemoryCall } from '../../src/drivers/memory/faults.ts';
import type { Command, CommandName } from '../../src/index.ts';
import type { Ending } from '../../src/testing/lifecycle/rule.ts';
import type { Storage } from '../../src/testing/lifecycle/storage.ts';
import type { House } from './house.ts';

/** What becomes of the one call by which a command has its effect. */
export const FATES = ['answered', 'refused', 'answer lost', 'call lost', 'silence'] as const;
export type Fate = (typeof FATES)[number];

export const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 10, arbitrary: fc.constant('answered' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...FATES) },
);

/** The call by which a command has its effect; and, where one asks the array, the question whether it happened. */
const CALLS: { readonly [Name in CommandName]?: readonly [effect: MemoryCall, question?: MemoryCall] } = {
  CreateVolume: ['createVolume', 'findVolume'],
  DeleteVolume: ['deleteVolume', 'findVolume'],
  ExtendVolume: ['extendVolume', 'findVolume'],
  CloneVolume: ['cloneVolume', 'findVolume'],
  CreateVolumeFromSnapshot: ['createVolumeFromSnapshot', 'findVolume'],
  CreateSnapshot: ['createSnapshot', 'findSnapshot'],
  DeleteSnapshot: ['deleteSnapshot', 'findSnapshot'],
  RevertToSnapshot: ['revertToSnapshot'],
  ConnectVolume: ['initializeConnection'],
  DisconnectVolume: ['terminateConnection'],
  EnsureVolumeExport: ['initializeConnection'],
  AttachVolume: ['connectVolume'],
  DetachVolume: ['disconnectVolume'],
  AttachDevice: ['connectVolume'],
  DetachDevice: ['disconnectVolume'],
};

/** A command made of others may be refused by the host; what is forced goes on past anything. */
export const isPossible = (command: Command, what: Fate): boolean => {
  if (what === 'answered') return true;
  if (CALLS[command.type] === undefined || ('force' in command && command.force === true)) return false;
  return what === 'refused' || (command.type !== 'AttachVolume' && command.type !== 'DetachVolume');
};

export const inject = ({ array }: Pick<House, 'array'>, { type }: Command, what: Fate): void => {
  const [call, question] = CALLS[type] ?? [];
  if (call === undefined || what === 'answered') return;
  if (what === 'refused') array.inject({ call, when: 'before' });
  if (what === 'answer lost') array.inject({ call, when: 'after' });
  if (what === 'call lost') array.inject({ call, when: 'instead' });
  if (what !== 'silence') return;
  array.inject({ call, when: 'instead', times: 1_000 });
  if (question !== undefined) array.inject({ call: question, when: 'instead', times: 1_000 });
};

/** What the array never had is gone, however a call to delete it ended. */
const neverMade = ({ volumes }: Storage, command: Command): boolean => {
  if (command.type === 'DeleteVolume') return volumes[command.volume_id]?.made === false;
  return (
    command.type === 'DeleteSnapshot' && volumes[command.volume_id]?.snapshots[command.snapshot_id]?.made === false
  );
};

/** What the fate comes to: a lost call is found out by a question, or made again where there is none to ask. */
export const endingOf = (storage: Storage, command: Command, what: Fate): Ending => {
  switch (what) {
    case 'answered':
    case 'answer lost':
      return 'done';
    case 'refused':
      return 'failed';
    case 'call lost':
      return CALLS[command.type]?.[1] === undefined || neverMade(storage, command) ? 'done' : 'failed';
    case 'silence':
      return 'unknown';
  }
};
