import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asKept, type Fold, foldsOf, illEnded, recordProblems, volumesOf } from '../property-tests/model/folds.ts';
import type { RecordedEvent, StoredEvent } from '../src/domain/event.ts';
import { decode } from '../src/domain/streams.ts';
import type { VolumeState } from '../src/domain/volume/volume.ts';
import { openSqliteLog } from '../src/eventlog/sqlite.ts';
import type { Engine } from '../src/index.ts';
import { openStorage } from '../src/library/storage.ts';
import { inventory } from '../src/projections/inventory.ts';
import type { Acknowledged } from './acknowledged.ts';

/** What is not as it must be, in sentences, by the promise that it breaks. */
export type Findings = Readonly<
  Record<'lost' | 'unsound' | 'ill-ended' | 'unknown' | 'unequal' | 'on the array', readonly string[]>
>;

const GIB = 1024 ** 3;

/** What makes something new is recorded whenever it is done; the others may have found nothing to do. */
const MAKING = ['CreateVolume', 'CloneVolume', 'CreateVolumeFromSnapshot', 'CreateSnapshot', 'ConnectVolume'];

/** What was acknowledged as done, and is not in the log. */
const lostIn = (events: readonly RecordedEvent[], told: readonly Acknowledged[]): readonly string[] => {
  const known = new Set(events.map(({ meta }) => meta.commandId));
  return told
    .filter(({ command, code }) => code === null && MAKING.includes(command))
    .filter(({ commandId }) => !known.has(commandId))
    .map(({ command, commandId }) => `${command} ${commandId} was acknowledged, and the log does not know it`);
};

const unequalIn = async (log: string, folds: ReadonlyMap<string, Fold>): Promise<readonly string[]> => {
  const storage = await openStorage({ log, ifMissing: 'refuse', lockTimeoutMs: 10_000, projections: [inventory] });
  try {
    const store = await storage.projector.read(inventory);
    return [...folds].flatMap(([stream, { kind, state }]) => {
      const isFold = isDeepStrictEqual(asKept(store.kept(kind, stream)?.state), asKept(state));
      return isFold ? [] : [`${stream}: the projection is not the fold`];
    });
  } finally {
    await storage.close();
  }
};

/** The files that the record says there are, with their sizes in bytes. */
const filesOf = ({ volume, snapshots }: VolumeState, events: readonly RecordedEvent[]) => {
  const wasMade = events.some(({ type }) => type === 'VolumeCreated');
  const taken = new Set(events.filter(({ type }) => type === 'SnapshotCreated').map(({ data }) => data.snapshot_id));
  const own =
    volume === null || volume.status === 'deleted' || !wasMade ? [] : [[`volume-${volume.id}`, volume.size] as const];
  const ofSnapshots = Object.values(snapshots).filter(({ id }) => taken.has(id));
  return [...own, ...ofSnapshots.map(({ id, volume_size }) => [`snapshot-${id}`, volume_size] as const)];
};

const differencesOnArray = async (directory: string, folds: ReadonlyMap<string, Fold>): Promise<readonly string[]> => {
  const recorded = new Map<string, number>(
    [...volumesOf(folds)].flatMap(([id, state]) => filesOf(state, folds.get(`volume-${id}`)?.events ?? [])),
  );
  const names = (await readdir(directory)).filter((name) => /^(volume|snapshot)-/.test(name));
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
  ];
};

export const check = async (
  engine: Engine,
  log: string,
  directory: string,
  told: readonly Acknowledged[],
): Promise<Findings> => {
  const opened = await openSqliteLog({ file: log, ifMissing: 'refuse' });
  const stored: readonly StoredEvent[] = await Array.fromAsync(opened.readAll());
  await opened.close();
  const events = stored.map(decode);
  const folds = foldsOf(stored);
  const open = await engine.openOperations();
  return {
    lost: lostIn(events, told),
    unsound: recordProblems(stored),
    'ill-ended': illEnded(events),
    unknown: open.map(({ operation, resource, state }) => `${operation} of ${resource} is ${state}`),
    unequal: await unequalIn(log, folds),
    'on the array': await differencesOnArray(directory, folds),
  };
};
