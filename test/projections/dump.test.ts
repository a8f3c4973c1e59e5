import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { BackendFreezeRequested } from '../../src/domain/backend/freeze.ts';
import { BackendRemoved } from '../../src/domain/backend/remove.ts';
import { BackendStatsChanged } from '../../src/domain/backend/stats.ts';
import type { Json } from '../../src/domain/json.ts';
import { KeyValueDeleted, KeyValueSet } from '../../src/domain/keyvalue/key-value.ts';
import { VolumeDeleted, VolumeDeletionRequested } from '../../src/domain/volume/delete.ts';
import { VolumeExtended, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { VolumeOutcomeUnknown } from '../../src/domain/volume/outcome-unknown.ts';
import { SourcePinned } from '../../src/domain/volume/pin.ts';
import { SnapshotDeleted } from '../../src/domain/volume/snapshot-delete.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { builtInProjections } from '../../src/projections/built-in.ts';
import { type DumpOptions, dumpOfInventory, dumpOfStreams } from '../../src/projections/dump.ts';
import { foldStreams } from '../../src/projections/fold-streams.ts';
import { inventory } from '../../src/projections/inventory.ts';
import { replayTo } from '../../src/projections/replay.ts';
import { oneSeed } from '../support/one-seed.ts';
import { Recording, stats } from './recording.ts';

let log: EventLog;
let recording: Recording;
beforeEach(() => {
  log = createMemoryLog();
  recording = new Recording(log);
});

const byProjection = async (of: EventLog, options: DumpOptions = {}, at?: bigint): Promise<string> => {
  const replay = await replayTo(of, at ?? (await of.head()), builtInProjections);
  const text = [...dumpOfInventory(await replay.read(inventory), options)].join('');
  replay.close();
  return text;
};

const byFolding = async (of: EventLog, options: DumpOptions = {}, at?: bigint): Promise<string> =>
  [...dumpOfStreams(await foldStreams(of, at), options)].join('');

describe('a dump', () => {
  test('holds backends, volumes with their snapshots and connections, and key-values', async () => {
    await recording.backend();
    await recording.volume('v1', { name: 'data', metadata: { b: '2', a: '1' } });
    await recording.snapshot('v1', 's1');
    await recording.connection('v1', 'c1');
    await recording.add('kv-host', [KeyValueSet.of({ key: 'host', value: 'node7' })]);
    const dump = JSON.parse(await byProjection(log));
    expect(dump).toMatchObject({
      format: 'scoria-dump',
      version: 1,
      backends: [{ name: 'lvm', driver: 'file', status: 'available' }],
      volumes: [
        {
          id: 'v1',
          name: 'data',
          status: 'in-use',
          snapshots: [{ id: 's1', status: 'available' }],
          connections: [{ id: 'c1', status: 'reserved' }],
        },
      ],
      key_values: [{ key: 'host', value: 'node7' }],
    });
    expect(Object.keys(dump.volumes[0])).not.toEqual(expect.arrayContaining(['pins']));
    expect(Object.keys(dump.volumes[0])).not.toEqual(expect.arrayContaining(['open']));
  });

  test('is canonical JSON, although it is written piece by piece', async () => {
    await recording.backend();
    await recording.volume('v1', { description: 'large'.repeat(20_000) });
    await recording.volume('v2');
    const chunks = [...dumpOfStreams(await foldStreams(log), { withConfiguration: true })];
    expect(chunks.length).toBeGreaterThan(1);
    const text = chunks.join('');
    expect(text).toBe(canonicalJson(JSON.parse(text) as Json));
  });

  test('leaves the configuration out unless it is asked for', async () => {
    await recording.backend();
    expect(JSON.parse(await byProjection(log)).backends[0].options).toBeNull();
    expect(await byProjection(log)).not.toContain('/srv');
    const [backend] = JSON.parse(await byProjection(log, { withConfiguration: true })).backends;
    expect(backend.options).toEqual({ directory: '/srv', count: 3 });
  });

  test('has neither deleted volumes nor removed backends nor deleted keys', async () => {
    await recording.backend();
    await recording.volume('v1');
    await recording.add('volume-v1', [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]);
    await recording.add('backend-lvm', [BackendRemoved.of({})]);
    await recording.add('kv-k', [KeyValueSet.of({ key: 'k', value: 'x' }), KeyValueDeleted.of({ key: 'k' })]);
    expect(JSON.parse(await byProjection(log))).toMatchObject({ backends: [], volumes: [], key_values: [] });
    expect(await byFolding(log)).toBe(await byProjection(log));
  });

  test('shows what is open, asked and held', async () => {
    await recording.volume('v1');
    const extension = VolumeExtensionRequested.of({ size: 20, previous_size: 10 });
    await recording.add('volume-v1', [extension], { command: 'ExtendVolume' });
    await recording.volume('v2');
    const commandId = '0197a3c2-5b1e-7000-8000-000000000001';
    await recording.add('volume-v2', [extension], { command: 'ExtendVolume', commandId });
    await recording.add('volume-v2', [VolumeOutcomeUnknown.of({ question: 'did it grow?' })], { commandId });
    const pin = SourcePinned.of({ pin_id: 'p1', pin: { volume_id: 'v9', snapshot_id: null } });
    await recording.add('volume-v2', [pin]);
    const [first, second] = JSON.parse(await byProjection(log)).volumes;
    expect(first).toMatchObject({ status: 'extending', open: [{ operation: 'ExtendVolume' }] });
    expect(second).toMatchObject({
      status: 'error',
      questions: [{ command_id: commandId, question: 'did it grow?' }],
      pins: { p1: { volume_id: 'v9', snapshot_id: null } },
    });
    expect(second.open).toBeUndefined();
    expect(await byFolding(log)).toBe(await byProjection(log));
  });

  test('lists by age, then by id', async () => {
    recording.setClock('2026-11-20T14:00:05.000Z');
    await recording.volume('late');
    for (const id of ['b', 'a']) {
      recording.setClock('2026-11-20T14:00:00.000Z');
      await recording.volume(id);
    }
    const { volumes } = JSON.parse(await byProjection(log));
    expect(volumes.map(({ id }: { id: string }) => id)).toEqual(['a', 'b', 'late']);
  });

  test('at an earlier position is what it was then', async () => {
    await recording.backend();
    await recording.volume('v1');
    const [then, at] = [await byProjection(log), await log.head()];
    await recording.volume('v2');
    await recording.add('volume-v1', [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]);
    expect(await byProjection(log, {}, at)).toBe(then);
    expect(await byFolding(log, {}, at)).toBe(then);
    expect(await byProjection(log)).not.toBe(then);
  });
});

type Step = (recording: Recording, id: string, size: number) => Promise<unknown>;
const steps: readonly Step[] = [
  (on, id) => on.backend(`b${id}`),
  (on, id, free) => on.add(`backend-b${id}`, [BackendStatsChanged.of({ stats: stats(free) })]),
  (on, id) => on.add(`backend-b${id}`, [BackendFreezeRequested.of({})]),
  (on, id) => on.add(`backend-b${id}`, [BackendRemoved.of({})]),
  (on, id, size) => on.volume(id, { size }),
  (on, id, size) => on.snapshot(id, `s${id}${size}`),
  (on, id, size) => on.connection(id, `c${id}${size}`),
  (on, id, size) => on.add(`volume-${id}`, [SnapshotDeleted.of({ snapshot_id: `s${id}${size}` })]),
  (on, id, size) => on.add(`volume-${id}`, [VolumeExtended.of({ size, previous_size: 1 })]),
  (on, id) => on.add(`volume-${id}`, [VolumeDeletionRequested.of({}), VolumeDeleted.of({})]),
  (on, id, size) => on.add(`kv-${id}`, [KeyValueSet.of({ key: id, value: `${size}` })]),
  (on, id) => on.add(`kv-${id}`, [KeyValueDeleted.of({ key: id })]),
];
const step = fc.tuple(fc.constantFrom(...steps), fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 1, max: 4 }));

test('the dump of the projection equals the folded streams, byte for byte, at every position', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (taken, part) => {
        const recorded = new Recording(createMemoryLog());
        for (const [take, id, size] of taken) await take(recorded, id, size);
        const at = BigInt(Math.floor(Number(await recorded.log.head()) * part));
        const options = { withConfiguration: part > 0.5 };
        expect(await byProjection(recorded.log, options)).toBe(await byFolding(recorded.log, options));
        expect(await byProjection(recorded.log, options, at)).toBe(await byFolding(recorded.log, options, at));
      },
    ),
    { numRuns: 60, ...oneSeed },
  );
});
