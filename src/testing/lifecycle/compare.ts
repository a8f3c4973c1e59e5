import type { Rejection } from '../../domain/errors.ts';
import type { VolumeState } from '../../domain/volume/volume.ts';
import type { Command } from '../../library/commander.ts';
import { holds, same } from '../asserting.ts';
import { seenByEngine, seenByModel } from './likeness.ts';
import type { Ending } from './rule.ts';
import { give } from './rules.ts';
import { live, type Storage } from './storage.ts';
import { commandInWords } from './words.ts';

/** What a model is compared with. Ids are those of the model: `v0`, `v0-s1`, ... */
export interface Lived {
  /** Gives a command; answers why it was refused or failed, or `null` when it was done. */
  give(command: Command): Promise<Rejection | null>;
  /** Every volume that was ever made, as it is recorded now. */
  states(): Promise<ReadonlyMap<string, VolumeState>>;
  /** Writes the first byte of a volume as a host would; `false` when no host can get at it now. */
  write(volume: string, byte: number): Promise<boolean>;
  /** Reads it; `null` when no host can get at it now. */
  read(volume: string): Promise<number | null>;
  /** Fails when the array has something else than the model. */
  compareArray?(storage: Storage): Promise<void>;
}

/** One step of a life: a command, or a host that writes the first byte of a volume. */
export type LifecycleStep =
  | { readonly command: Command }
  | { readonly write: { readonly volume: string; readonly byte: number } };

/** Takes a step in the model and in what it is compared with, and fails where they differ. */
export const takeStep = async (storage: Storage, lived: Lived, step: LifecycleStep): Promise<void> => {
  if ('command' in step) await giveBoth(storage, lived, step.command, 'done');
  else await writeBoth(storage, lived, step.write);
};

/** Gives a command whose one driver call ends so, to both. */
export const giveBoth = async (storage: Storage, lived: Lived, command: Command, ending: Ending): Promise<void> => {
  const rejection = await lived.give(command);
  const answers = give(storage, command, ending);
  const said = rejection === null ? 'it was done' : `${rejection.code}: ${rejection.message}`;
  const right = answers.length === 0 ? 'it is done' : `it is refused with ${answers.join(' or ')}`;
  const isRight = rejection === null ? answers.length === 0 : answers.includes(rejection.code);
  holds(isRight, `${commandInWords(command)}\n  expected: ${right}\n  actual:   ${said}`);
  same(seenByEngine(await lived.states()), seenByModel(storage), `the volumes after: ${commandInWords(command)}`);
  await lived.compareArray?.(storage);
};

const isUsable = (storage: Storage, id: string): boolean =>
  ['available', 'in-use'].includes(live(storage, id)?.status ?? '');

const writeBoth = async (
  storage: Storage,
  lived: Lived,
  { volume, byte }: { readonly volume: string; readonly byte: number },
): Promise<void> => {
  const written = live(storage, volume);
  if (written === null || !isUsable(storage, volume) || !(await lived.write(volume, byte))) return;
  written.bytes = byte;
  await compareBytes(storage, lived);
};

/** The bytes of every volume are those of its lineage. */
export const compareBytes = async (storage: Storage, lived: Lived): Promise<void> => {
  for (const [id, { bytes }] of Object.entries(storage.volumes)) {
    if (!isUsable(storage, id)) continue;
    const read = await lived.read(id);
    holds(read === null || read === bytes, `the first byte of ${id}\n  expected: ${bytes}\n  actual:   ${read}`);
  }
};

/** A whole life: the first volume, then the steps, then every byte. */
export const compareLives = async (
  storage: Storage,
  lived: Lived,
  first: Command,
  steps: readonly LifecycleStep[],
): Promise<void> => {
  await giveBoth(storage, lived, first, 'done');
  for (const step of steps) await takeStep(storage, lived, step);
  await compareBytes(storage, lived);
};
