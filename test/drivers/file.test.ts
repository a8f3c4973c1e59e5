import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/drivers/command-runner.ts';
import { type Driver, DriverFailure } from '../../src/drivers/contract.ts';
import definition from '../../src/drivers/file/driver.ts';
import { leftoversAmong, partialName } from '../../src/drivers/file/partials.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { describeDriver } from '../../src/testing/driver/describe.ts';
import { aConnection, aSnapshot, aVolume } from '../../src/testing/resources.ts';
import { makeFileBackend, makeFileDriver, runForReal, temporaryDirectory } from './file-fixture.ts';

const capabilities = [
  'clone',
  'extend',
  'extend_online',
  'manage',
  'multiattach',
  'resources',
  'revert',
  'snapshots',
] as const;
const asLoop = { describe, test, name: 'file, attached as a loop device', capabilities };
describeDriver(definition, makeFileBackend(process.getuid?.() === 0), asLoop);
describeDriver(definition, makeFileBackend(false), { ...asLoop, name: 'file, attached as the file itself' });

const isRoot = process.getuid?.() === 0;

const failureOf = async (call: Promise<unknown> | undefined): Promise<DriverFailure> => {
  const failure = await call?.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(DriverFailure);
  return failure as DriverFailure;
};

describe('the file driver', () => {
  let directory: string;
  let driver: Driver;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    driver = await makeFileDriver(directory);
    await driver.setup();
  });

  afterEach(() => rm(directory, { recursive: true }));

  const pathOf = (id: string): string => join(directory, `volume-${id}`);

  const writeInto = async (id: string, offsetBytes: number, bytes: Uint8Array): Promise<void> => {
    const file = await open(pathOf(id), 'r+');
    await file.write(bytes, 0, bytes.length, offsetBytes);
    await file.close();
  };

  test('names files as Cinder does, tells where they are and keeps others from reading them', async () => {
    const volume = aVolume();
    expect(await driver.createVolume(volume)).toEqual({ provider_location: pathOf(volume.id) });
    const snapshot = aSnapshot(volume);
    await driver.snapshots?.createSnapshot(snapshot, volume);
    expect((await readdir(directory)).sort()).toEqual([`snapshot-${snapshot.id}`, `volume-${volume.id}`]);
    expect((await stat(pathOf(volume.id))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, `snapshot-${snapshot.id}`))).mode & 0o777).toBe(0o600);
  });

  test('says where the device is', async () => {
    const volume = aVolume();
    await driver.createVolume(volume);
    const connection = aConnection(volume, { host: 'here' }, null);
    expect(await driver.initializeConnection(volume, { ...connection, attach_mode: 'ro' })).toEqual({
      driver_volume_type: 'local',
      data: { device_path: pathOf(volume.id), access_mode: 'ro', volume_id: volume.id, connection_id: connection.id },
    });
  });

  test('keeps sparse what is sparse, in copies of every kind', async () => {
    const source = aVolume();
    await driver.createVolume(source);
    await writeInto(source.id, 500 * 1024 ** 2, randomBytes(65_536));
    const [snapshot, clone, restored] = [aSnapshot(source), aVolume({ size: 2 }), aVolume({ size: 3 })];
    await driver.snapshots?.createSnapshot(snapshot, source);
    await driver.clone?.cloneVolume(clone, source);
    await driver.snapshots?.createVolumeFromSnapshot(restored, snapshot, source);
    await driver.revert?.revertToSnapshot(source, snapshot);
    for (const name of await readdir(directory)) {
      const { size, blocks } = await stat(join(directory, name));
      expect(size).toBeGreaterThanOrEqual(1024 ** 3);
      expect(blocks * 512).toBeLessThan(1024 ** 2);
      expect(blocks * 512).toBeGreaterThanOrEqual(65_536);
    }
    expect((await driver.stats()).pools[0]?.provisioned_capacity_bytes).toBe(7 * 1024 ** 3);
  });

  test.each(['../../etc/passwd', '..', 'a/b', '', '.hidden', 'a\0b'])('refuses the id %j', async (id) => {
    const volume = aVolume({ id });
    for (const call of [
      () => driver.createVolume(volume),
      () => driver.deleteVolume(volume),
      () => driver.findVolume(volume),
      () => driver.extend?.extendVolume(volume, 2, []),
      () => driver.snapshots?.createSnapshot(aSnapshot(volume), volume),
      () => driver.createExport(volume, { host: 'here' }),
    ]) {
      expect((await failureOf(call())).message).toContain('cannot be part of a file name');
    }
  });

  test('takes the longest id there is', async () => {
    const volume = aVolume({ id: 'x'.repeat(200) });
    await driver.createVolume(volume);
    expect((await driver.stats()).pools[0]?.provisioned_capacity_bytes).toBe(1024 ** 3);
    await driver.deleteVolume(volume);
    expect(await readdir(directory)).toEqual([]);
  });

  test('follows no symbolic link that stands in the place of a file', async () => {
    const volume = aVolume();
    const outside = join(directory, 'outside');
    await writeFile(outside, 'precious');
    await symlink(outside, pathOf(volume.id));
    for (const call of [
      () => driver.createVolume(volume),
      () => driver.deleteVolume(volume),
      () => driver.findVolume(volume),
      () => driver.extend?.extendVolume(volume, 2, []),
      () => driver.clone?.cloneVolume(aVolume(), volume),
      () => driver.snapshots?.createSnapshot(aSnapshot(volume), volume),
      () => driver.initializeConnection(volume, aConnection(volume, { host: 'here' }, null)),
    ]) {
      expect((await failureOf(call())).message).toContain('is a symbolic link');
    }
    expect(await readFile(outside, 'utf8')).toBe('precious');
    expect((await readdir(directory)).sort()).toEqual(['outside', `volume-${volume.id}`]);
  });

  test('refuses a directory in the place of a file', async () => {
    const volume = aVolume();
    await mkdir(pathOf(volume.id));
    expect((await failureOf(driver.createVolume(volume))).message).toContain('not a plain file');
  });

  test('refuses a backend directory that is a file, or beneath one', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'deeper')]) {
      const failure = await failureOf((await makeFileDriver(path)).setup());
      expect(failure.message).toContain(path);
      expect(failure.message).toContain('not a directory');
    }
  });

  test('reaches its directory through a symbolic link, and names files by the real path', async () => {
    const alias = join(directory, 'alias');
    await mkdir(join(directory, 'real'));
    await symlink(join(directory, 'real'), alias);
    const other = await makeFileDriver(alias);
    await other.setup();
    const volume = aVolume();
    const location = join(directory, 'real', `volume-${volume.id}`);
    expect(await other.createVolume(volume)).toEqual({ provider_location: location });
  });

  test('names the path in what it says when the directory has gone', async () => {
    const lost = await makeFileDriver(join(directory, 'lost'));
    await lost.setup();
    await rename(join(directory, 'lost'), join(directory, 'elsewhere'));
    const failure = await failureOf(lost.createVolume(aVolume()));
    expect(failure.message).toContain(join(directory, 'lost'));
    expect(failure.message).toContain('ENOENT');
    expect(failure.remedy).not.toBe('');
  });

  test('counts reserved space and the ratio', async () => {
    const { total_capacity_bytes } = (await driver.stats()).pools[0] ?? { total_capacity_bytes: 0 };
    const totalGiB = Math.floor(total_capacity_bytes / 1024 ** 3);
    const strict = await makeFileDriver(directory, { max_over_subscription_ratio: 1, reserved_percentage: '100' });
    const failure = await failureOf(strict.createVolume(aVolume()));
    expect(failure.message).toContain('no room');
    expect(failure.remedy).toContain('max_over_subscription_ratio');
    const exact = await makeFileDriver(directory, { max_over_subscription_ratio: '1' });
    await exact.createVolume(aVolume({ size: totalGiB }));
    await failureOf(exact.createVolume(aVolume({ size: 1 })));
    expect(await readdir(directory)).toHaveLength(1);
  });

  test('removes what a dead process left half made, and leaves alone what a living one is making', async () => {
    const [dead, living, foreign] = [aVolume(), aVolume(), aVolume()];
    const mine = partialName(`volume-${living.id}`);
    const nobody = String(2 ** 22 + 1);
    const deads = partialName(`volume-${dead.id}`).replace(`-${process.pid}-`, `-${nobody}-`);
    const foreigns = partialName(`volume-${foreign.id}`)
      .replace(`-${process.pid}-`, `-${nobody}-`)
      .replace(/\.[0-9a-f]{6}-/, '.ffffff-');
    for (const name of [deads, mine, foreigns]) await writeFile(join(directory, name), 'half');
    expect(deads).not.toBe(partialName(`volume-${dead.id}`));

    await driver.createVolume(living);
    expect((await readdir(directory)).sort()).toEqual([deads, mine, foreigns, `volume-${living.id}`].sort());
    await driver.createVolume(dead);
    expect(await readdir(directory)).not.toContain(deads);

    await writeFile(join(directory, deads), 'half');
    await (await makeFileDriver(directory)).setup();
    const entries = await readdir(directory);
    expect(entries).not.toContain(deads);
    expect(entries).toEqual(expect.arrayContaining([mine, foreigns]));
  });

  test('tells what is half made by a living process, a dead one, and one that nobody knows', async () => {
    const mine = partialName('volume-a');
    const deads = partialName('volume-b').replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
    const foreigns = partialName('volume-c').replace(/\.[0-9a-f]{6}-/, '.ffffff-');
    for (const name of [mine, deads, foreigns]) await writeFile(join(directory, name), 'half');
    const { resources } = driver;
    const said = await Promise.all([mine, deads, foreigns].map((name) => resources?.findResource(name)));
    expect(said.map((one) => [one?.kind, one?.volume_id, one?.reason_not_safe])).toEqual([
      ['leftover', 'a', expect.stringContaining('at work')],
      ['leftover', 'b', expect.stringContaining('gone')],
      ['leftover', 'c', expect.stringContaining('not known')],
    ]);
    expect((await failureOf(resources?.deleteResource(mine))).message).toContain('being made');
    for (const name of [deads, foreigns]) await resources?.deleteResource(name);
    expect(await readdir(directory)).toEqual([mine]);
  });

  test('lists files and links of any name, and no directories and hidden files', async () => {
    await Promise.all([writeFile(join(directory, 'a b'), 'x'), writeFile(join(directory, '.hidden'), 'x')]);
    await Promise.all([mkdir(join(directory, 'lost+found')), symlink('/etc/passwd', join(directory, 'volume-1'))]);
    const listed = await Array.fromAsync((await driver.resources?.listResources()) ?? []);
    expect(listed.map(({ reference, reason_not_safe }) => [reference, reason_not_safe]).toSorted()).toEqual([
      ['a b', null],
      ['volume-1', 'it is a symbolic link'],
    ]);
    await driver.resources?.deleteResource('volume-1');
    expect((await readFile('/etc/passwd', 'utf8')).length).toBeGreaterThan(0);
    for (const outside of ['../x', '/etc/passwd', '..', '']) {
      expect(await driver.resources?.findResource(outside)).toBeNull();
      expect((await failureOf(driver.resources?.deleteResource(outside))).message).toContain('no name of a file');
    }
  });

  test('goes on with an adoption that ended between its two names, and never puts one file in the place of another', async () => {
    const volume = aVolume();
    const adopt = () => driver.manage?.manageExisting(volume, 'found.img');
    await writeFile(join(directory, 'found.img'), 'bytes');
    await link(join(directory, 'found.img'), pathOf(volume.id));
    expect(await adopt()).toEqual({ provider_location: pathOf(volume.id) });
    expect(await readdir(directory)).toEqual([`volume-${volume.id}`]);
    expect((await stat(pathOf(volume.id))).size).toBe(1024 ** 3);
    await adopt();

    await writeFile(join(directory, 'found.img'), 'others');
    expect((await failureOf(adopt())).message).toContain('it is there already');
    expect(await readFile(join(directory, 'found.img'), 'utf8')).toBe('others');
  });

  test('tells a process from a later one with the same pid', () => {
    const name = partialName('volume-1');
    expect(leftoversAmong([name])).toEqual([]);
    const reused = name.replace(/-(\d+)(\.\d+\.partial)$/, '-1$2');
    expect(leftoversAmong([reused])).toEqual([reused]);
    expect(leftoversAmong([reused], 'volume-2')).toEqual([]);
    expect(leftoversAmong(['.volume-1.partial', 'volume-1', '.volume-1.x-y.1.partial'])).toEqual([]);
  });

  test('finds no volume that is half made', async () => {
    const volume = aVolume();
    await writeFile(join(directory, partialName(`volume-${volume.id}`)), '');
    expect(await driver.findVolume(volume)).toBeNull();
    expect((await driver.stats()).pools[0]?.provisioned_capacity_bytes).toBe(0);
  });

  test('never overwrites a file that appears while it makes one', async () => {
    const source = aVolume();
    await driver.createVolume(source);
    const volume = aVolume();
    const meanwhile: RunCommand = async (...command) => {
      await writeFile(pathOf(volume.id), 'precious');
      return runForReal(...command);
    };
    const racing = await makeFileDriver(directory, {}, meanwhile);
    await racing.setup();
    const failure = await failureOf(racing.clone?.cloneVolume(volume, source));
    expect(failure.message).toContain(pathOf(volume.id));
    expect(await readFile(pathOf(volume.id), 'utf8')).toBe('precious');
    expect(await readdir(directory)).toHaveLength(2);
  });

  test('refuses a copy of what was written to meanwhile', async () => {
    const source = aVolume();
    await driver.createVolume(source);
    const meanwhile: RunCommand = async (...command) => {
      const result = await runForReal(...command);
      await writeInto(source.id, 0, randomBytes(512));
      return result;
    };
    const racing = await makeFileDriver(directory, {}, meanwhile);
    await racing.setup();
    expect((await failureOf(racing.clone?.cloneVolume(aVolume(), source))).message).toContain('was written to');
    expect(await readdir(directory)).toEqual([`volume-${source.id}`]);
  });

  test.each([
    ['No space left on device', 'is full'],
    ['Disk quota exceeded', 'quota'],
    ['Input/output error', 'input/output error'],
    ['something else', 'something else'],
  ])('leaves nothing of a copy that ends with %j', async (stderr, said) => {
    const source = aVolume();
    await driver.createVolume(source);
    const failing: RunCommand = async (program, args) => {
      await writeFile(String(args.at(-1)), 'half');
      const end = { program, exitCode: 1, signal: null, timedOut: false, cancelled: false, started: true, stderr };
      throw new CommandError(`cp ended with exit code 1: ${stderr}`, end);
    };
    const broken = await makeFileDriver(directory, {}, failing);
    await broken.setup();
    expect((await failureOf(broken.clone?.cloneVolume(aVolume(), source))).message).toContain(said);
    expect((await failureOf(broken.snapshots?.createSnapshot(aSnapshot(source), source))).message).toContain(said);
    expect(await readdir(directory)).toEqual([`volume-${source.id}`]);
  });

  test('stops copying when it is closed, and leaves nothing', async () => {
    const source = aVolume();
    await driver.createVolume(source);
    const slow: RunCommand = (_program, args, options) => {
      const copying = runForReal('sleep', ['600'], options);
      void writeFile(String(args.at(-1)), 'half').then(() => closing.close?.());
      return copying;
    };
    const closing = await makeFileDriver(directory, {}, slow);
    await closing.setup();
    expect((await failureOf(closing.clone?.cloneVolume(aVolume(), source))).message).toContain('the copy was stopped');
    expect(await readdir(directory)).toEqual([`volume-${source.id}`]);
  });

  test('deletes one name of a file that has others', async () => {
    const volume = aVolume();
    await driver.createVolume(volume);
    await link(pathOf(volume.id), join(directory, 'kept'));
    await driver.deleteVolume(volume);
    expect(await readdir(directory)).toEqual(['kept']);
  });
});

describe('a file system that takes no more', () => {
  let root: string;
  let directory: string;

  beforeEach(async () => {
    root = await temporaryDirectory();
    directory = join(root, 'small');
    await mkdir(directory);
    if (isRoot) await runForReal('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'scoria-test', directory]);
  });

  afterEach(async () => {
    if (isRoot) await runForReal('umount', [directory]);
    await rm(root, { recursive: true });
  });

  /** Without root there is no small file system to fill, so that `cp` is told to write to the kernel's full device. */
  const intoFull: RunCommand = (program, args, options) =>
    runForReal(program, isRoot ? args : [...args.slice(0, -2), import.meta.filename, '/dev/full'], options);

  test('makes a copy fail clearly, and keeps nothing of it', async () => {
    const driver = await makeFileDriver(directory, { max_over_subscription_ratio: '100000' }, intoFull);
    await driver.setup();
    const source = aVolume();
    await driver.createVolume(source);
    const file = await open(join(directory, `volume-${source.id}`), 'r+');
    await file.write(randomBytes(3 * 1024 ** 2), 0, 3 * 1024 ** 2, 4096);
    await file.close();
    const failure = await failureOf(driver.clone?.cloneVolume(aVolume(), source));
    expect(failure.message).toContain('the file system is full (ENOSPC)');
    expect(failure.message).toContain(directory);
    expect(await readdir(directory)).toEqual([`volume-${source.id}`]);
  });

  test('is refused when it is read-only', async () => {
    await (isRoot ? runForReal('mount', ['-o', 'remount,ro', directory]) : chmod(directory, 0o500));
    const failure = await failureOf((await makeFileDriver(directory)).setup());
    expect(failure.message).toContain(directory);
    expect(failure.message).toMatch(/read-only|permission was denied/);
  });
});
