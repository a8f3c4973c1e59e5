import { mkdir, open, readdir, rename, rm, stat, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorFailure, type HostConnector } from '../../src/connectors/contract.ts';
import { localConnector } from '../../src/connectors/local.ts';
import { CommandError } from '../../src/drivers/command-runner.ts';
import { type ConnectionInfo, DriverFailure } from '../../src/drivers/contract.ts';
import { backingFileOf, isReadOnly, loopDevicesOf } from '../../src/drivers/file/loop-devices.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { aSnapshot, aVolume } from '../../src/testing/resources.ts';
import { hostIn, makeFileDriver, runForReal, temporaryDirectory } from '../drivers/file-fixture.ts';

const MIB_BYTES = 1024 ** 2;
const rw = { attach_mode: 'rw' } as const;
const gently = { force: false } as const;

let root: string;
let file: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  file = join(root, 'volume-1');
  await writeFile(file, '');
  await truncate(file, 16 * MIB_BYTES);
});

afterEach(async () => {
  const left = [...(await loopDevicesOf(file)), ...(await loopDevicesOf(`${file} (deleted)`))];
  for (const device of left) await runForReal('losetup', ['-d', device]);
  await rm(root, { recursive: true });
  expect(left).toEqual([]);
});

const infoOf = (connectionId: string, path = file): ConnectionInfo => ({
  driver_volume_type: 'local',
  data: { device_path: path, access_mode: 'rw', volume_id: '1', connection_id: connectionId },
});

const failureOf = async (call: Promise<unknown>): Promise<ConnectorFailure> => {
  const failure = await call.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectorFailure);
  return failure as ConnectorFailure;
};

const connectorOf = (isRoot: boolean, run: RunCommand = runForReal): HostConnector =>
  localConnector({ ...hostIn(join(root, 'state'), isRoot), run });

describe('without root', () => {
  test('the file itself is the device', async () => {
    const connector = connectorOf(false);
    const device = await connector.connectVolume(infoOf('a'), rw);
    expect(device).toEqual({ type: 'file', path: file });
    expect(await connector.findDevice(infoOf('a'))).toEqual(device);
    await truncate(file, 32 * MIB_BYTES);
    expect(await connector.extendVolume(infoOf('a'), device)).toBe(BigInt(32 * MIB_BYTES));
    await connector.disconnectVolume(infoOf('a'), device, gently);
    await connector.disconnectVolume(infoOf('a'), null, gently);
  });

  test('refuses what is not there, what is no file, and what hides behind a link', async () => {
    const connector = connectorOf(false);
    const absent = join(root, 'absent');
    expect((await failureOf(connector.connectVolume(infoOf('a', absent), rw))).message).toContain(absent);
    expect(await connector.findDevice(infoOf('a', absent))).toBeNull();
    await failureOf(connector.connectVolume(infoOf('a', root), rw));
    await symlink(file, join(root, 'link'));
    await failureOf(connector.connectVolume(infoOf('a', join(root, 'link')), rw));
    await failureOf(connector.connectVolume(infoOf('a', 'relative'), rw));
    await failureOf(connector.connectVolume({ driver_volume_type: 'local', data: {} }, rw));
  });
});

const asRoot = (): void => {
  let connector: HostConnector;
  beforeEach(() => {
    connector = connectorOf(true);
  });

  test('a loop device serves the file, and nothing is left of it after', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    expect(device.type).toBe('block');
    expect(await backingFileOf(device.path)).toBe(file);
    const handle = await open(device.path, 'r+');
    await handle.write(Buffer.from('through the device'), 0, 18, 4096);
    await handle.close();
    await connector.disconnectVolume(infoOf('a'), device, gently);
    expect(await backingFileOf(device.path)).toBeNull();
    expect(await connector.findDevice(infoOf('a'))).toBeNull();
    expect(await readdir(join(root, 'state', 'loops'))).toEqual([]);
    const written = await open(file);
    expect((await written.read(Buffer.alloc(18), 0, 18, 4096)).buffer.toString()).toBe('through the device');
    await written.close();
  });

  test('attaches and detaches twice', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    expect(await connector.connectVolume(infoOf('a'), rw)).toEqual(device);
    expect(await loopDevicesOf(file)).toEqual([device.path]);
    await connector.disconnectVolume(infoOf('a'), null, gently);
    await connector.disconnectVolume(infoOf('a'), device, gently);
    expect(await loopDevicesOf(file)).toEqual([]);
  });

  test('the device grows with the file', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    await truncate(file, 48 * MIB_BYTES);
    expect(await connector.extendVolume(infoOf('a'), device)).toBe(BigInt(48 * MIB_BYTES));
    await connector.disconnectVolume(infoOf('a'), device, gently);
  });

  test('each connection has its own device, and detaching one leaves the other', async () => {
    const one = await connector.connectVolume(infoOf('one'), rw);
    const other = await connector.connectVolume(infoOf('other'), rw);
    expect(other.path).not.toBe(one.path);
    expect(await connector.findDevice(infoOf('one'))).toEqual(one);
    expect(await connector.findDevice(infoOf('other'))).toEqual(other);
    await connector.disconnectVolume(infoOf('one'), null, gently);
    expect(await connector.findDevice(infoOf('one'))).toBeNull();
    expect(await backingFileOf(other.path)).toBe(file);
    await connector.disconnectVolume(infoOf('never'), null, gently);
    expect(await connector.findDevice(infoOf('other'))).toEqual(other);
    await connector.disconnectVolume(infoOf('other'), other, gently);
  });

  test('finds the device of an attachment that was cut off before it said which it got', async () => {
    const other = await connector.connectVolume(infoOf('other'), rw);
    const cutOff: RunCommand = async (...command) => {
      const result = await runForReal(...command);
      if (command[1].includes('--show')) throw new Error('the process ended here');
      return result;
    };
    await expect(connectorOf(true, cutOff).connectVolume(infoOf('a'), rw)).rejects.toThrow('ended here');
    const found = await connector.findDevice(infoOf('a'));
    expect(found?.path).not.toBe(other.path);
    expect(await backingFileOf(found?.path ?? '')).toBe(file);
    expect(await connector.connectVolume(infoOf('a'), rw)).toEqual(found);
    await connector.disconnectVolume(infoOf('a'), null, gently);
    await connector.disconnectVolume(infoOf('other'), null, gently);
  });

  test('finds the device of an attachment that was cut off while it said which it got', async () => {
    const made: string[] = [];
    const cutOff: RunCommand = async (...command) => {
      const result = await runForReal(...command);
      if (!command[1].includes('--show')) return result;
      made.push(result.stdout.trim());
      // As a process leaves it that ends between making the link and giving it its name.
      await symlink(`${made[0]} ${file}`, join(root, 'state', 'loops', '.a.1'));
      throw new Error('the process ended here');
    };
    await expect(connectorOf(true, cutOff).connectVolume(infoOf('a'), rw)).rejects.toThrow('ended here');
    expect(await connector.connectVolume(infoOf('a'), rw)).toEqual({ type: 'block', path: made[0] });
    await connector.disconnectVolume(infoOf('a'), null, gently);
    expect(await loopDevicesOf(file)).toEqual([]);
    expect(await readdir(join(root, 'state', 'loops'))).toEqual([]);
  });

  test('finds the device of an attachment that was cut off, whatever it was claimed for before', async () => {
    const another = join(root, 'volume-2');
    await writeFile(another, Buffer.alloc(MIB_BYTES));
    const before = await connector.connectVolume(infoOf('before', another), rw);
    await runForReal('losetup', ['-d', before.path]);
    // As an attachment leaves it that got the device which became free, and ended there.
    await runForReal('losetup', [before.path, file]);
    await symlink('attaching', join(root, 'state', 'loops', 'a'));
    expect(await connector.connectVolume(infoOf('a'), rw)).toEqual(before);
    await connector.disconnectVolume(infoOf('a'), null, gently);
    expect(await loopDevicesOf(file)).toEqual([]);
  });

  test("leaves an operator's own loop device alone", async () => {
    const own = (await runForReal('losetup', ['-f', '--show', file])).stdout.trim();
    expect(await connector.findDevice(infoOf('a'))).toBeNull();
    const device = await connector.connectVolume(infoOf('a'), rw);
    expect(device.path).not.toBe(own);
    await connector.disconnectVolume(infoOf('a'), device, gently);
    await connector.disconnectVolume(infoOf('a'), null, gently);
    expect(await loopDevicesOf(file)).toEqual([own]);
    const lost = await connector.connectVolume(infoOf('a'), rw);
    await runForReal('losetup', ['-d', lost.path]);
    expect(await connector.findDevice(infoOf('a'))).toBeNull();
    await connector.disconnectVolume(infoOf('a'), null, gently);
    expect(await loopDevicesOf(file)).toEqual([own]);
    await runForReal('losetup', ['-d', own]);
  });

  test('a claim on a device that serves another file now is out of date', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    await runForReal('losetup', ['-d', device.path]);
    const another = join(root, 'volume-2');
    await writeFile(another, Buffer.alloc(MIB_BYTES));
    await runForReal('losetup', [device.path, another]);
    expect(await connector.findDevice(infoOf('a'))).toBeNull();
    await connector.disconnectVolume(infoOf('a'), device, gently);
    expect(await backingFileOf(device.path)).toBe(another);
    await runForReal('losetup', ['-d', device.path]);
  });

  test('a read-only attachment cannot be written', async () => {
    const device = await connector.connectVolume(infoOf('a'), { attach_mode: 'ro' });
    expect(await isReadOnly(device.path)).toBe(true);
    expect((await failureOf(connector.connectVolume(infoOf('a'), rw))).message).toContain('read-only');
    await connector.disconnectVolume(infoOf('a'), device, gently);
  });

  test('refuses to detach what is in use, and leaves it as it was', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    const mountPoint = join(root, 'mounted');
    await mkdir(mountPoint);
    await runForReal('mkfs.ext4', ['-q', device.path]);
    await runForReal('mount', [device.path, mountPoint]);
    const failure = await failureOf(connector.disconnectVolume(infoOf('a'), device, gently));
    expect(failure.message).toContain('is in use');
    await writeFile(join(mountPoint, 'still'), 'writable');
    await runForReal('umount', [mountPoint]);
    expect(await connector.findDevice(infoOf('a'))).toEqual(device);
    await connector.disconnectVolume(infoOf('a'), device, gently);
  });

  test('detaches the device of a file that was removed underneath it', async () => {
    const device = await connector.connectVolume(infoOf('a'), rw);
    await unlink(file);
    await connector.disconnectVolume(infoOf('a'), device, gently);
    expect(await backingFileOf(device.path)).toBeNull();
  });

  test('the file driver neither deletes nor reverts a volume that is attached', async () => {
    const driver = await makeFileDriver(root);
    await driver.setup();
    const volume = aVolume();
    const snapshot = aSnapshot(volume);
    await driver.createVolume(volume);
    await driver.snapshots?.createSnapshot(snapshot, volume);
    const path = join(root, `volume-${volume.id}`);
    const device = await connector.connectVolume(infoOf('a', path), rw);
    for (const call of [driver.deleteVolume(volume), driver.revert?.revertToSnapshot(volume, snapshot)]) {
      const failure = await call?.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DriverFailure);
      expect(String(failure)).toContain(`is attached as ${device.path}`);
    }
    expect((await stat(path)).size).toBe(1024 ** 3);
    await connector.disconnectVolume(infoOf('a', path), device, gently);
    await driver.deleteVolume(volume);
  });
};

// Another user cannot have loop devices; what it can have is above.
if (process.getuid?.() === 0) describe('as root', asRoot);

describe('when losetup fails', () => {
  const ended = { program: 'losetup', signal: null, timedOut: false, cancelled: false, started: true, stderr: 'no' };

  test('nothing is changed, and the failure says what losetup said', async () => {
    const failing: RunCommand = () =>
      Promise.reject(new CommandError('losetup ended with exit code 1: no', { ...ended, exitCode: 1 }));
    const failure = await failureOf(connectorOf(true, failing).connectVolume(infoOf('a'), rw));
    expect(failure.message).toBe(`cannot attach ${file}: losetup ended with exit code 1: no`);
    expect(await readdir(join(root, 'state', 'loops'))).toEqual([]);
  });

  test('the outcome is unknown when its time was up', async () => {
    const hanging: RunCommand = () =>
      Promise.reject(new CommandError('losetup did not end', { ...ended, exitCode: null, timedOut: true }));
    const call = connectorOf(true, hanging).connectVolume(infoOf('a'), rw);
    await expect(call).rejects.toBeInstanceOf(CommandError);
  });

  test('nothing is attached when the connection cannot be noted', async () => {
    await writeFile(join(root, 'state'), 'in the way');
    const never: RunCommand = () => Promise.reject(new Error('losetup was run'));
    expect((await failureOf(connectorOf(true, never).connectVolume(infoOf('a'), rw))).message).toContain(
      'cannot be noted',
    );
    await rename(join(root, 'state'), join(root, 'aside'));
  });
});
