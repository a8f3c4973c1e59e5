import { Argument, type Command } from 'commander';
import { volumeId } from '../find.ts';
import { printable } from '../printable.ts';
import type { Report } from '../report.ts';
import { did, type Kind, volumeNow } from '../shown.ts';
import { writing } from '../verbs.ts';
import { type VolumeOptions, volumeAttributes, withVolumeOptions } from '../volume-options.ts';

export const MENDING_EXAMPLES = {
  adopt: ["scoria volume adopt store found.img --name found --reason 'it was made by hand'"],
  'reset-status': ["scoria volume reset-status data available --reason 'the array was looked at'"],
  forget: ["scoria volume forget lost --reason 'the disk is gone'"],
};

/** Verbs for where the array and the record went apart. */
export const mending = (group: Command): void => {
  withVolumeOptions(
    group
      .command('adopt <backend> <reference>')
      .description('make a volume that only the array has one of the record, by its name there; give --reason'),
  ).action(
    writing<VolumeOptions, readonly [string, string]>(async (session, [backend, reference], options) => {
      const attributes = volumeAttributes(options);
      const id = await session.give({ type: 'AdoptVolume', backend, reference, ...attributes });
      return did('volume', await volumeNow(session, id));
    }),
  );
  group
    .command('reset-status <volume>')
    .addArgument(statusArgument(['available', 'in-use', 'error']))
    .description('say which status it has, where an operation left it in another; give --reason')
    .action(
      writing<object, readonly [string, 'available' | 'in-use' | 'error']>(async (session, [volume, status]) => {
        const volume_id = await volumeId(session, volume);
        await session.give({ type: 'ResetVolumeStatus', volume_id, status });
        return did('volume', await volumeNow(session, volume_id));
      }),
    );
  group
    .command('forget <volume>')
    .description('end the record of a volume that is gone from the array, and of what it has; give --reason')
    .option('--force', 'do not ask the array whether it has it still')
    .action(
      writing<{ force?: boolean }, readonly [string]>(async (session, [volume], { force = false }) => {
        const volume_id = await volumeId(session, volume);
        const parts = await partsOf(session, volume_id);
        await session.give({ type: 'ForgetVolume', volume_id, force });
        return forgotten('volume', volume_id, parts);
      }),
    );
};

export const statusArgument = (statuses: readonly string[]): Argument =>
  new Argument('<status>', 'the status that it has').choices(statuses);

type Parts = Readonly<Record<'snapshots' | 'connections', readonly string[]>>;

/** What goes with a volume. */
const partsOf = async ({ engine }: Parameters<typeof volumeId>[0], id: string): Promise<Parts> => {
  // What is not there, the command says itself.
  const volume = await engine.volume(id).catch(() => null);
  const ids = (parts: readonly { readonly id: string }[] = []) => parts.map((part) => part.id);
  return { snapshots: ids(volume?.snapshots), connections: ids(volume?.connections) };
};

const forgotten = (kind: Kind, id: string, parts: Parts): Report => ({
  json: { id, status: 'deleted', ...parts },
  text: () => {
    const along = Object.entries(parts).flatMap(([name, ids]) =>
      ids.length === 0 ? [] : [`${name} ${ids.join(', ')}`],
    );
    return `${kind} ${printable(id)}: forgotten${along.length === 0 ? '' : `, with its ${printable(along.join(' and '))}`}`;
  },
});
