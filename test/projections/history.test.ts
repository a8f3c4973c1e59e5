import { beforeEach, describe, expect, test } from 'vitest';
import { KeyValueSet } from '../../src/domain/keyvalue/key-value.ts';
import { eventDefinitions } from '../../src/domain/streams.ts';
import { VolumeDeleted, VolumeDeletionRequested } from '../../src/domain/volume/delete.ts';
import { VolumeExtensionFailed, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { DriverModelUpdated } from '../../src/domain/volume/model-update.ts';
import { VolumeOutcomeUnknown } from '../../src/domain/volume/outcome-unknown.ts';
import { SourcePinned, SourceUnpinned } from '../../src/domain/volume/pin.ts';
import { SnapshotDeletionRequested } from '../../src/domain/volume/snapshot-delete.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { builtInProjections } from '../../src/projections/built-in.ts';
import { historyOf } from '../../src/projections/history.ts';
import { inventory } from '../../src/projections/inventory.ts';
import { replayTo } from '../../src/projections/replay.ts';
import { words } from '../../src/projections/words.ts';
import { collect, Recording } from './recording.ts';

let recording: Recording;
beforeEach(async () => {
  recording = new Recording(createMemoryLog());
  await recording.backend();
  await recording.volume('v1', { name: 'data' });
  await recording.snapshot('v1', 's1');
  await recording.snapshot('v1', 's2');
  await recording.connection('v1', 'c1');
  await recording.volume('v2');
});

const history = async (id?: string, upTo?: bigint) => {
  const replay = await replayTo(recording.log, upTo ?? (await recording.log.head()), builtInProjections);
  return collect(historyOf(recording.log, await replay.read(inventory), id, { upTo }));
};
const said = async (id?: string, upTo?: bigint) => (await history(id, upTo)).map((entry) => entry.words);

test('tells who did what, when and why', async () => {
  const [first] = await history('v1');
  expect(first).toMatchObject({
    position: 3n,
    at: '2026-11-20T14:00:01.000Z',
    stream: 'volume-v1',
    type: 'VolumeCreationRequested',
    actor: { user: 'ada', project: 'compute' },
    reason: 'ticket 7',
    command: 'CreateVolume',
    words: 'volume creation requested: 10 GiB on backend lvm "data"',
  });
  expect(first?.command_id).toBe(first?.event.meta.commandId);
});

describe('of one resource', () => {
  test('a volume: all that happened to it', async () => {
    expect(await said('v1')).toHaveLength(8);
  });

  test('a volume that is gone', async () => {
    await recording.add('volume-v1', [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]);
    expect((await said('v1')).at(-1)).toBe('volume deleted');
  });

  test('a snapshot: what is about it, and nothing about its neighbours', async () => {
    const commandId = '0197a3c2-5b1e-7000-8000-000000000001';
    const update = { resource: 'snapshot', id: 's1', model_update: { provider_id: 'x' } } as const;
    await recording.add('volume-v1', [DriverModelUpdated.of(update)]);
    const pin = { volume_id: 'v9', snapshot_id: 's1' };
    await recording.add('volume-v1', [SourcePinned.of({ pin_id: 'p', pin })]);
    await recording.add('volume-v1', [SourceUnpinned.of({ pin_id: 'p' })]);
    await recording.add('volume-v1', [SnapshotDeletionRequested.of({ snapshot_id: 's1' })], { commandId });
    await recording.add('volume-v1', [VolumeOutcomeUnknown.of({ question: 'is it gone?' })], { commandId });
    expect(await said('s1')).toEqual([
      'snapshot creation requested: s1 "monday"',
      'snapshot s1 created',
      'driver reported provider_id of snapshot s1',
      'snapshot s1 held as the source of volume v9',
      'source released',
      'snapshot deletion requested: s1',
      'outcome unknown: is it gone?',
    ]);
    expect(await said('s2')).toHaveLength(2);
  });

  test('a connection', async () => {
    expect(await said('c1')).toEqual([
      'connection requested: c1 of host node7, read-write',
      'connection c1 initialized by iscsi',
    ]);
  });

  test('a backend and a key', async () => {
    await recording.add('kv-host', [KeyValueSet.of({ key: 'host', value: 'hidden' })]);
    expect(await said('lvm')).toEqual(['backend addition requested: driver file', 'backend added']);
    expect(await said('host')).toEqual(['value set']);
  });

  test('a stream by its name, where a key is called like a backend', async () => {
    await recording.add('kv-lvm', [KeyValueSet.of({ key: 'lvm', value: 'x' })]);
    expect(await said('kv-lvm')).toEqual(['value set']);
    expect(await said('lvm')).toHaveLength(2);
  });

  test('what nothing is known of', async () => {
    await expect(history('v9')).rejects.toMatchObject({ kind: 'not-found', message: expect.stringContaining('"v9"') });
    await expect(history('v2', 4n)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

test('of everything, in the order of the log, and up to a position', async () => {
  expect((await history()).map(({ position }) => position)).toEqual(
    Array.from({ length: 12 }, (_, i) => BigInt(i + 1)),
  );
  expect(await history(undefined, 5n)).toHaveLength(5);
  expect((await history('v1', 5n)).map(({ position }) => position)).toEqual([3n, 4n, 5n]);
});

describe('words', () => {
  test('every event has its own', () => {
    expect([...words.keys()].toSorted()).toEqual([...eventDefinitions.keys()].toSorted());
  });

  test('failures say why, and what would help', async () => {
    await recording.add('volume-v2', [
      VolumeExtensionRequested.of({ size: 20, previous_size: 10 }),
      VolumeExtensionFailed.of({ failure: { code: 'DriverFailed', message: 'disk is full', remedy: 'add a disk' } }),
    ]);
    expect((await said('v2')).slice(-2)).toEqual([
      'volume extension requested: from 10 to 20 GiB',
      'volume extension failed: disk is full (add a disk)',
    ]);
  });

  test('intents read as requests, failures as failures', () => {
    for (const [type, { role }] of eventDefinitions) {
      const text = String(words.get(type)?.(sample));
      expect({ type, isRequest: / requested/.test(text) }).toEqual({ type, isRequest: role === 'intent' });
      expect({ type, isFailure: / failed: it broke/.test(text) }).toEqual({ type, isFailure: type.endsWith('Failed') });
    }
  });

  test('no secret is said', async () => {
    expect((await said()).join('\n')).not.toMatch(/Y2hhcC1zZWNyZXQ|iqn/);
    for (const [type] of eventDefinitions) expect(words.get(type)?.(sample)).not.toContain('secret');
  });
});

/** Has what the words of any event look at. */
const sample = {
  hosts: ['storage-1'],
  until: '2026-03-01T09:01:00.000Z',
  snapshots: ['s'],
  connections: ['c'],
  volume: { size: 1, backend_name: 'lvm', name: 'n', snapshot_id: null },
  snapshot: { id: 's', name: null },
  connection: { id: 'c', connector: { host: 'h', password: 'secret' }, attach_mode: 'rw' },
  connection_info: { driver_volume_type: 'iscsi', data: { auth_password: 'secret' } },
  backend: { driver: 'file', options: { password: 'secret' } },
  options: { directory: 'secret' },
  stats: { pools: [] },
  pin: { volume_id: 'v', snapshot_id: null },
  model_update: { provider_auth: 'secret' },
  metadata: { key: 'secret' },
  device: { path: '/dev/x', key: 'secret' },
  failure: { code: 'DriverFailed', message: 'it broke', remedy: 'mend it' },
  state: { volume: null },
  value: 'secret',
  resource: 'volume',
  question: 'what now?',
  source: 'dump',
  connection_id: 'c',
  snapshot_id: 's',
  source_volume_id: 'v',
  ignored_errors: [],
  keys: ['k'],
  fields: ['/provider_auth'],
  force: false,
  size: 2,
  previous_size: 1,
  name: 'n',
  previous_name: null,
  description: 'd',
};
