import { describe, expect, test } from 'vitest';
import { type BillLine, billOf } from '../../examples/chargeback/bill.ts';
import chargeback from '../../examples/chargeback/chargeback.ts';
import { VolumeAdopted, VolumeAdoptionRequested } from '../../src/domain/volume/adopt.ts';
import { VolumeCopyRequested } from '../../src/domain/volume/copy.ts';
import { VolumeCreated, VolumeCreationFailed, VolumeCreationRequested } from '../../src/domain/volume/create.ts';
import { VolumeDeleted, VolumeDeletionRequested } from '../../src/domain/volume/delete.ts';
import { VolumeExtended, VolumeExtensionFailed } from '../../src/domain/volume/extend.ts';
import { VolumeForgetRequested, VolumeForgotten } from '../../src/domain/volume/forget.ts';
import { VolumeOutcomeUnknown } from '../../src/domain/volume/outcome-unknown.ts';
import { SnapshotCreated, SnapshotCreationRequested } from '../../src/domain/volume/snapshot-create.ts';
import { SnapshotDeleted } from '../../src/domain/volume/snapshot-delete.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { createEngine, defineProjection } from '../../src/index.ts';
import { type Fact, planned, Recording } from '../projections/recording.ts';
import { openEngine } from '../support/engine.ts';
import { Installed } from './installed.ts';

type Recorded = readonly [at: string, stream: string, ...events: Fact[]];

const failure = { code: 'DriverFailed', message: 'no', remedy: 'try again' };
const requested = (id: string, size: number, project_id = 'web') =>
  VolumeCreationRequested.of({ volume: planned(id, { size, project_id }) });
const snapshotRequested = (id: string, volume_size: number, project_id: string) =>
  SnapshotCreationRequested.of({
    snapshot: {
      id,
      volume_id: 'a',
      name: null,
      description: null,
      volume_size,
      metadata: {},
      user_id: 'ada',
      project_id,
    },
  });

/** The bill, at a time, of what was recorded. */
const bill = async (until: string, ...recorded: readonly Recorded[]): Promise<readonly BillLine[]> => {
  const recording = new Recording(createMemoryLog());
  for (const [at, stream, ...events] of recorded) {
    recording.setClock(at);
    await recording.add(stream, events);
  }
  const engine = await openEngine({ log: recording.log, projections: [chargeback] });
  return billOf(await (await engine.view(new Date(until))).projection(chargeback), new Date(until));
};

const hours = (lines: readonly BillLine[]) =>
  lines.map(({ month, project, volume_gib_hours, snapshot_gib_hours }) => [
    month,
    project,
    volume_gib_hours,
    snapshot_gib_hours,
  ]);

describe('a volume', () => {
  test('counts from when it was made, not from when it was asked for', async () => {
    const lines = await bill(
      '2026-10-02T03:00:00.000Z',
      ['2026-10-02T00:00:00.000Z', 'volume-a', requested('a', 10)],
      ['2026-10-02T01:00:00.000Z', 'volume-a', VolumeCreated.of({})],
    );
    expect(lines).toEqual([
      {
        month: '2026-10',
        project: 'web',
        volume_gib_seconds: '72000.000',
        volume_gib_hours: '20.000',
        snapshot_gib_seconds: '0.000',
        snapshot_gib_hours: '0.000',
      },
    ]);
  });

  test('that was adopted counts from then on, with its snapshots, until it is forgotten', async () => {
    const [reference, parts] = ['found.img', { snapshots: ['s'], connections: [] }];
    const lines = await bill(
      '2026-10-02T05:00:00.000Z',
      [
        '2026-10-02T00:00:00.000Z',
        'volume-a',
        VolumeAdoptionRequested.of({ volume: planned('a', { size: 10, project_id: 'web' }), reference }),
        VolumeAdopted.of({ reference }),
        snapshotRequested('s', 10, 'web'),
        SnapshotCreated.of({ snapshot_id: 's' }),
      ],
      [
        '2026-10-02T02:00:00.000Z',
        'volume-a',
        VolumeForgetRequested.of({ ...parts, force: false }),
        VolumeForgotten.of(parts),
      ],
    );
    expect(hours(lines)).toEqual([['2026-10', 'web', '20.000', '20.000']]);
  });

  test('counts at its new size once it is extended, and not at all once it is deleted', async () => {
    const lines = await bill(
      '2026-10-09T00:00:00.000Z',
      ['2026-10-01T00:00:00.000Z', 'volume-a', requested('a', 10), VolumeCreated.of({})],
      ['2026-10-01T01:00:00.000Z', 'volume-a', VolumeExtended.of({ size: 25, previous_size: 10 })],
      ['2026-10-01T02:00:00.000Z', 'volume-a', VolumeExtensionFailed.of({ failure })],
      ['2026-10-01T03:00:00.000Z', 'volume-a', VolumeDeletionRequested.of({}), VolumeDeleted.of({})],
    );
    expect(hours(lines)).toEqual([['2026-10', 'web', '60.000', '0.000']]);
  });

  test('counts in each calendar month that it lived in', async () => {
    const lines = await bill(
      '2028-04-01T00:00:00.000Z',
      ['2027-12-31T23:00:00.000Z', 'volume-a', requested('a', 1), VolumeCreated.of({})],
      ['2028-03-01T00:30:00.000Z', 'volume-a', VolumeDeleted.of({})],
    );
    expect(hours(lines)).toEqual([
      ['2027-12', 'web', '1.000', '0.000'],
      ['2028-01', 'web', '744.000', '0.000'],
      ['2028-02', 'web', '696.000', '0.000'],
      ['2028-03', 'web', '0.500', '0.000'],
    ]);
  });

  test('whose creation failed, or has no known end, is not counted; one that was there after all is from then on', async () => {
    const lines = await bill(
      '2026-10-01T05:00:00.000Z',
      ['2026-10-01T00:00:00.000Z', 'volume-a', requested('a', 10), VolumeCreationFailed.of({ failure })],
      ['2026-10-01T00:00:00.000Z', 'volume-b', requested('b', 10), VolumeOutcomeUnknown.of({ question: 'made?' })],
      ['2026-10-01T00:00:00.000Z', 'volume-c', requested('c', 10), VolumeOutcomeUnknown.of({ question: 'made?' })],
      ['2026-10-01T02:00:00.000Z', 'volume-a', VolumeDeletionRequested.of({}), VolumeDeleted.of({})],
      ['2026-10-01T04:00:00.000Z', 'volume-c', VolumeCreated.of({})],
    );
    expect(hours(lines)).toEqual([['2026-10', 'web', '10.000', '0.000']]);
  });

  test('that is a copy counts for the project that it was made for', async () => {
    const volume = planned('b', { size: 20, project_id: 'analytics', source_volid: 'a' });
    const lines = await bill(
      '2026-10-01T02:00:00.000Z',
      ['2026-10-01T00:00:00.000Z', 'volume-a', requested('a', 10), VolumeCreated.of({})],
      ['2026-10-01T00:30:00.000Z', 'volume-b', VolumeCopyRequested.of({ volume, source_volume_id: 'a' })],
      ['2026-10-01T01:00:00.000Z', 'volume-b', VolumeCreationRequested.of({ volume }), VolumeCreated.of({})],
    );
    expect(hours(lines)).toEqual([
      ['2026-10', 'analytics', '20.000', '0.000'],
      ['2026-10', 'web', '20.000', '0.000'],
    ]);
  });

  test('is counted to the last millisecond, also where a double would round', async () => {
    const lines = await bill(
      '2026-11-01T00:00:00.000Z',
      ['2026-09-30T00:00:00.000Z', 'volume-a', requested('a', 8_388_607), VolumeCreated.of({})],
      ['2026-10-31T23:59:59.999Z', 'volume-a', VolumeDeleted.of({})],
    );
    // 8388607 * 2678399.999 s, and above 2^53 in milliseconds
    expect(lines.at(-1)).toMatchObject({ month: '2026-10', volume_gib_seconds: '22468044980411.393' });
  });

  test('is not counted backwards when the clock of another host is behind', async () => {
    const lines = await bill(
      '2026-10-01T04:00:00.000Z',
      ['2026-10-01T02:00:00.000Z', 'volume-a', requested('a', 10), VolumeCreated.of({})],
      ['2026-10-01T01:00:00.000Z', 'volume-a', VolumeExtended.of({ size: 20, previous_size: 10 })],
      ['2026-10-01T03:00:00.000Z', 'volume-a', VolumeDeleted.of({})],
    );
    expect(hours(lines)).toEqual([['2026-10', 'web', '20.000', '0.000']]);
  });
});

describe('a snapshot', () => {
  test('counts in a column of its own, for its own project, at the size that its volume had', async () => {
    const lines = await bill(
      '2026-10-02T00:00:00.000Z',
      ['2026-10-01T00:00:00.000Z', 'volume-a', requested('a', 10), VolumeCreated.of({})],
      ['2026-10-01T00:00:00.000Z', 'volume-a', snapshotRequested('s', 10, 'backup')],
      ['2026-10-01T01:00:00.000Z', 'volume-a', SnapshotCreated.of({ snapshot_id: 's' })],
      ['2026-10-01T02:00:00.000Z', 'volume-a', VolumeExtended.of({ size: 20, previous_size: 10 })],
      ['2026-10-01T04:00:00.000Z', 'volume-a', SnapshotDeleted.of({ snapshot_id: 's' }), VolumeDeleted.of({})],
    );
    expect(hours(lines)).toEqual([
      ['2026-10', 'backup', '0.000', '30.000'],
      ['2026-10', 'web', '60.000', '0.000'],
    ]);
  });
});

describe('on an engine', () => {
  const clock = { now: '2026-09-30T12:00:00.000Z' };
  const open = (log: string) =>
    openEngine({ log, now: () => new Date(clock.now), projections: [chargeback], project: 'web' });
  const driver = { name: 'array', driver: 'memory', options: { array: 'chargeback' } } as const;

  test('what is loaded from a dump counts from then on; loaded events count as they happened', async () => {
    clock.now = '2026-09-30T12:00:00.000Z';
    const first = await open(':memory:');
    const backend = await first.addBackend(driver);
    const volume = await backend.createVolume({ size: 10 });
    await volume.createSnapshot();
    clock.now = '2026-09-30T13:00:00.000Z';
    const before = await first.view();

    const fromDump = await open(':memory:');
    await fromDump.load(await before.dump());
    const fromEvents = await open(':memory:');
    await fromEvents.load(before.exportEvents());
    const until = new Date('2026-09-30T15:00:00.000Z');
    const billFrom = async (engine: typeof first) =>
      hours(billOf(await (await engine.view()).projection(chargeback), until));
    expect(await billFrom(fromDump)).toEqual([['2026-09', 'web', '20.000', '20.000']]);
    expect(await billFrom(fromEvents)).toEqual([['2026-09', 'web', '30.000', '30.000']]);
    expect(await billFrom(first)).toEqual([['2026-09', 'web', '30.000', '30.000']]);
  });

  test('the rows are the same when they are built anew, and the fold is a projection as anybody has it', async () => {
    expect(defineProjection(chargeback)).toBe(chargeback);
    clock.now = '2026-09-30T12:00:00.000Z';
    const engine = await open(':memory:');
    const volume = await (await engine.addBackend(driver)).createVolume({ size: 1 });
    clock.now = '2026-10-30T12:00:00.000Z';
    await volume.extend(2);
    const rows = await (await engine.view()).projection(chargeback);
    await engine.rebuildProjection('chargeback');
    expect(await (await engine.view()).projection(chargeback)).toEqual(rows);
    expect(rows.map(({ key }) => key)).toEqual(['usage/2026-09/web', 'usage/2026-10/web', `volume/${volume.id}`]);
  });
});

describe('the report', () => {
  const example = new Installed('chargeback');
  const HEADER = 'month,project,volume_gib_seconds,volume_gib_hours,snapshot_gib_seconds,snapshot_gib_hours\r\n';
  const SEPTEMBER = '2026-09,web,864000.000,240.000,0.000,0.000\r\n';

  test('prints the bill as CSV: of a month, and as it was at a time', async () => {
    const clock = { now: '2026-09-30T00:00:00.000Z' };
    await using engine = await createEngine({
      log: example.path('scoria.db'),
      now: () => new Date(clock.now),
      user: 'ada',
      project: 'web',
    });
    const backend = await engine.addBackend({ name: 'array', driver: 'memory', options: { array: 'report' } });
    const volume = await backend.createVolume({ size: 10 });
    clock.now = '2026-10-01T01:00:00.000Z';
    await volume.extend(20);
    await volume.createSnapshot({ project_id: '=web' });
    const report = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await example.run('report.ts', 'scoria.db', ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };

    const at = ['--at', '2026-10-01T02:00:00Z'];
    const october = "2026-10,'=web,0.000,0.000,72000.000,20.000\r\n2026-10,web,108000.000,30.000,0.000,0.000\r\n";
    expect(await report(...at)).toBe(HEADER + SEPTEMBER + october);
    expect(await report(...at, '--month', '2026-10')).toBe(HEADER + october);
    expect(await report('--at', '2026-09-30T12:00:00Z')).toBe(
      `${HEADER}2026-09,web,432000.000,120.000,0.000,0.000\r\n`,
    );
    expect(await report('--month', '2026-09')).toBe(HEADER + SEPTEMBER);
  });

  test.each([
    [['scoria.db', '--month', 'october'], 2, 'usage:'],
    [['scoria.db', '--at', '42'], 2, 'usage:'],
    [[], 2, 'usage:'],
    [['scoria.db', '--at', '2026-02-31'], 1, 'neither a position nor a time'],
    [['nothing.db'], 1, 'there is no log'],
  ])('%j is refused in a line', async (args, code, said) => {
    const ended = await example.run('report.ts', ...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(said);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});
