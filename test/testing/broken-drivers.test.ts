import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryArray, silentLogger } from '../../src/index.ts';
import { checkDriver, type DriverCheckRequest, openJournal } from '../../src/testing.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`./broken-drivers/${name}.ts`, import.meta.url));

const checked = async (name: string, change: Partial<DriverCheckRequest>) => {
  const array = memoryArray(`broken-${name}`);
  onTestFinished(() => array.reset());
  await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
  const report = await checkDriver({
    journal,
    driver: pathOf(name),
    backendName: 'broken',
    backend: { options: { array: array.name } },
    only: 'suite',
    runs: 100,
    seed: 7,
    maxCommands: 30,
    ...change,
  });
  return { report, array };
};

/** By each mistake: a check that finds it, and what it says to the driver's author. */
const FOUND_BY_SUITE = [
  ['deletes-once', 'deletes twice', 'deleteVolume of what is gone must succeed'],
  ['extends-nothing', 'extends, twice', 'findVolume answers another size in bytes after extendVolume'],
  ['clones-share-bytes', 'clones equal bytes', 'whatever is written to the source'],
  ['finds-half-made', 'larger than the backend', 'findVolume must answer null after createVolume failed'],
  ['snapshots-move', 'bytes of a snapshot after', 'must have the bytes of when the snapshot was taken'],
  ['leaves-half-made', 'larger than the backend', 'counts something that createVolume left behind'],
  ['exports-elsewhere', 'is gone again as it was', 'must be the same again after its export was gone'],
  ['tells-the-size', 'exports a volume that has grown', 'must be the same again after the volume had grown'],
  ['ends-every-connection', 'lets a connection live on', 'must end that connection alone'],
  ['tells-a-password', 'each twice in a row', 'answers with a credential'],
  ['answers-in-other-words', 'of the size asked for', 'in its answer, there is no field "location"'],
  ['measures-in-numbers', 'creates a volume of the size', 'sizeBytes: Invalid input: expected bigint, received number'],
  ['has-a-bug', 'extends, twice', 'Invalid array length\n  at Object.extendVolume (/'],
  ['lists-one-page', 'lists a volume with its size', 'must list the volume once after it is created'],
  ['adopts-a-copy', 'makes what it has another', 'findVolume must answer null after manageExisting'],
  ['throws-plain-errors', 'larger than the backend', 'with a DriverFailure, which says that nothing happened'],
] as const;

/** By each mistake: the shortest life that shows it, and where the model and the driver differ. */
const FOUND_BY_MODEL = [
  ['extends-nothing', ['create', 'extend'], 'the bytes of v0 on the array, by findVolume'],
  ['clones-share-bytes', ['create', 'clone', 'a host writes'], 'the first byte of'],
  ['snapshots-move', ['create', 'take snapshot', 'a host writes', '(make|revert) volume'], 'the first byte of'],
  ['forgets-old-snapshots', ['create', ...Array(3).fill('take snapshot')], 'on the array, by findSnapshot'],
] as const;

describe('a check of a driver', () => {
  test.each(FOUND_BY_SUITE)('finds by a promise that a driver %s', async (name, named, said) => {
    const { report, array } = await checked(name, { only: { named } });
    const failed = report.checks.filter(({ status }) => status === 'failed');
    expect(failed.map(({ message }) => message)).toEqual([expect.stringContaining(said)]);
    expect(report).toMatchObject({ passed: false, leftovers: [] });
    const left = [...array.volumes.keys()].filter((id) => !id.startsWith('partial-'));
    expect([left, [...array.snapshots.keys()], [...array.connections.keys()]]).toEqual([[], [], []]);
  });

  test('gives a driver what it told, and takes all away that it finds by that only', async () => {
    const { report, array } = await checked('asks-for-its-words', {});
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(report).toMatchObject({ passed: true, leftovers: [] });
    expect(array.volumes.size).toBe(0);
  });

  test.each(FOUND_BY_MODEL)('finds by lives that a driver %s, and shrinks them', async (name, steps, said) => {
    const { report, array } = await checked(name, { only: 'model' });
    const failure = report.model?.failure;
    expect(failure?.steps).toEqual(steps.map((step) => expect.stringMatching(new RegExp(`^${step}`))));
    expect(failure?.message).toContain(said);
    expect(failure?.events.map(({ type }) => type)).toContain('VolumeCreated');
    expect(array.volumes.size).toBe(0);
  });

  test('repeats the shortest life, and that alone, by seed and path', async () => {
    const { report } = await checked('forgets-old-snapshots', { only: 'model' });
    const first = report.model?.failure;
    const again = await checked('forgets-old-snapshots', { only: 'model', path: String(first?.path) });
    expect(again.report.model).toMatchObject({ runs: 1, failure: { path: first?.path, steps: first?.steps } });
    expect(again.report.model?.failure?.message).toBe(first?.message);
  });

  test.each(['deletes-nothing', 'refuses-to-delete'])(
    'names what is left by a driver that %s, and makes no more',
    async (name) => {
      const { report, array } = await checked(name, { only: 'everything' });
      expect(array.volumes.size).toBeGreaterThan(0);
      expect(report.leftovers.map(({ id }) => id).toSorted()).toEqual([...array.volumes.keys()].toSorted());
      expect(report.leftovers.map(({ id }) => id).every((id) => id.startsWith('5c041ac4-'))).toBe(true);
      expect(report.checks.at(-1)).toMatchObject({ status: 'not run', message: expect.stringContaining('left') });
      expect(report).toMatchObject({ passed: false, model: null });
    },
  );

  test('keeps a password that a driver tells out of the record and the report', async () => {
    await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
    const { report } = await checked('tells-a-password', { journal, only: 'everything', runs: 5 });
    expect(report.checks.filter(({ status }) => status === 'failed').length).toBeGreaterThan(3);
    expect(report.model?.status).toBe('failed');
    const recorded = await Array.fromAsync((await journal.view()).exportEvents());
    expect(recorded.join('')).toContain('ConnectionInitializationRequested');
    expect(recorded.join('') + JSON.stringify(report)).not.toContain('canary-1701');
  });

  test('tries no shorter life once one left something', async () => {
    const { report, array } = await checked('deletes-nothing', { only: 'model' });
    expect(report.model).toMatchObject({ status: 'failed', failure: { message: expect.stringContaining('v0') } });
    expect(report.leftovers.map(({ id }) => id).toSorted()).toEqual([...array.volumes.keys()].toSorted());
  });
});
