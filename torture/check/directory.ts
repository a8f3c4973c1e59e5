import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fold, foldsOf, volumesOf } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import type { VolumeState } from '../../src/domain/volume/volume.ts';
import { loopDevicesOf } from '../../src/drivers/file/loop-devices.ts';
import { recordedBytes } from './recorded.ts';

const GIB = 1024 ** 3;

/** The loop devices that the record says there are over a volume's file. */
const devicesOf = ({ connections }: VolumeState): readonly string[] =>
  Object.values(connections)
    .flatMap(({ device }) => (device?.type === 'block' ? [String(device.path)] : []))
    .sort();

const deviceDifferences = async (directory: string, folds: ReadonlyMap<string, Fold>): Promise<readonly string[]> => {
  const found = await Promise.all(
    [...volumesOf(folds)].map(async ([id, state]) => {
      const recorded = devicesOf(state).join(' ');
      const there = (await loopDevicesOf(join(directory, `volume-${id}`))).toSorted().join(' ');
      return recorded === there ? [] : [`loop devices of ${id}: "${there}" there, "${recorded}" in the record`];
    }),
  );
  return found.flat();
};

/** Where a directory of volumes, and the loop devices over them, are not what the record says. */
export const differencesInDirectory = async (
  stored: readonly StoredEvent[],
  directory: string,
): Promise<readonly string[]> => {
  const folds = foldsOf(stored);
  const recorded = new Map<string, number>(
    [...volumesOf(folds)]
      .flatMap(([id, state]) => recordedBytes(state, folds.get(`volume-${id}`)?.events ?? []))
      .map(({ kind, id, sizeGiB }) => [`${kind}-${id}`, sizeGiB]),
  );
  const names = await readdir(directory);
  const sizes = await Promise.all(
    names.map(async (name) => [name, (await stat(join(directory, name))).size / GIB] as const),
  );
  return [
    ...sizes.flatMap(([name, size]) =>
      recorded.get(name) === size
        ? []
        : [`${name}: ${size} GiB there, ${recorded.get(name) ?? 'nothing'} in the record`],
    ),
    ...[...recorded.keys()].filter((name) => !names.includes(name)).map((name) => `${name} is not there`),
    ...(await deviceDifferences(directory, folds)),
  ];
};
