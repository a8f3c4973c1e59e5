import { beforeEach, expect, test } from 'vitest';
import { BackendStatsChanged } from '../../src/domain/backend/stats.ts';
import { VolumeAdopted, VolumeAdoptionFailed, VolumeAdoptionRequested } from '../../src/domain/volume/adopt.ts';
import { VolumeCreationFailed, VolumeCreationRequested } from '../../src/domain/volume/create.ts';
import { VolumeDeleted, VolumeDeletionRequested } from '../../src/domain/volume/delete.ts';
import { VolumeExtended, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { VolumeForgetRequested, VolumeForgotten } from '../../src/domain/volume/forget.ts';
import { VolumeImported } from '../../src/domain/volume/import.ts';
import { VolumeRenamed } from '../../src/domain/volume/rename.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { builtInProjections } from '../../src/projections/built-in.ts';
import { capacity, capacityOf } from '../../src/projections/capacity.ts';
import { volumeState } from '../../src/projections/documents.ts';
import { replayTo } from '../../src/projections/replay.ts';
import { GIB, planned, Recording, stats } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording(createMemoryLog());
});

const points = async (backend?: string, at?: bigint) => {
  const replay = await replayTo(recording.log, at ?? (await recording.log.head()), builtInProjections);
  const found = capacityOf(await replay.read(capacity), backend);
  replay.close();
  return found;
};
const allocated = async (backend?: string, at?: bigint) =>
  (await points(backend, at)).map(({ allocated_bytes, volumes }) => [allocated_bytes / GIB, volumes]);

test('what the array says is a point in time', async () => {
  await recording.backend();
  recording.setClock('2026-11-20T15:00:00.000Z');
  await recording.add('backend-lvm', [BackendStatsChanged.of({ stats: stats(40) })]);
  expect(await points('lvm')).toMatchObject([
    { position: '2', at: '2026-11-20T14:00:00.000Z', free_capacity_bytes: 90 * GIB, total_capacity_bytes: 100 * GIB },
    { position: '3', at: '2026-11-20T15:00:00.000Z', free_capacity_bytes: 40 * GIB, allocated_bytes: 0, volumes: 0 },
  ]);
});

test('volumes count from their creation to their deletion, at the size they have', async () => {
  await recording.backend();
  await recording.volume('v1', { size: 10 });
  await recording.volume('v2', { size: 5 });
  const extension = { size: 20, previous_size: 10 };
  await recording.add('volume-v1', [VolumeExtensionRequested.of(extension), VolumeExtended.of(extension)]);
  await recording.add('volume-v2', [VolumeRenamed.of({ name: 'other', previous_name: null })]);
  await recording.add('volume-v2', [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]);
  const series = [
    [0, 0],
    [10, 1],
    [15, 2],
    [25, 2],
    [20, 1],
  ];
  expect(await allocated()).toEqual(series);
  expect(await allocated('lvm', 6n)).toEqual(series.slice(0, 3));
});

test('a volume whose creation failed takes no space, and deleting it frees none', async () => {
  await recording.backend();
  const failure = { code: 'DriverFailed', message: 'no', remedy: 'wait' };
  const failed = [VolumeCreationRequested.of({ volume: planned('v1') }), VolumeCreationFailed.of({ failure })];
  await recording.add('volume-v1', failed);
  await recording.add('volume-v1', [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]);
  expect(await allocated()).toEqual([[0, 0]]);
});

test('adopted volumes count until they are forgotten, and those whose adoption failed do not', async () => {
  await recording.backend();
  const reference = 'found.img';
  const requested = (id: string) => VolumeAdoptionRequested.of({ volume: planned(id, { size: 3 }), reference });
  await recording.add('volume-v1', [requested('v1'), VolumeAdopted.of({ reference })]);
  const failure = { code: 'DriverFailed', message: 'no', remedy: 'wait' };
  await recording.add('volume-v2', [requested('v2'), VolumeAdoptionFailed.of({ reference, failure })]);
  const parts = { snapshots: [], connections: [] };
  const forgotten = [VolumeForgetRequested.of({ ...parts, force: false }), VolumeForgotten.of(parts)];
  await recording.add('volume-v1', forgotten);
  expect(await allocated()).toEqual([
    [0, 0],
    [3, 1],
    [0, 0],
  ]);
});

test('imported volumes count', async () => {
  const volume = {
    ...planned('v1', { size: 7 }),
    status: 'available' as const,
    attach_status: 'detached' as const,
    created_at: '2026-01-01T00:00:00.000Z',
    provider_location: null,
    provider_id: null,
    provider_auth: null,
    replication_status: null,
    snapshots: [],
    connections: [],
  };
  await recording.add('volume-v1', [VolumeImported.of({ source: 'test', state: volumeState(volume) })]);
  expect(await points()).toMatchObject([{ allocated_bytes: 7 * GIB, volumes: 1, total_capacity_bytes: null }]);
});

test('backends are told apart, also those whose names begin alike', async () => {
  for (const name of ['lvm', 'lvm-2']) await recording.backend(name);
  await recording.volume('v1', { size: 3, backend_name: 'lvm-2' });
  expect(await allocated('lvm')).toEqual([[0, 0]]);
  expect(await allocated('lvm-2')).toEqual([
    [0, 0],
    [3, 1],
  ]);
  expect(await points('nowhere')).toEqual([]);
});
