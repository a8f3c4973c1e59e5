import { chmod, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AttachOptions, HostConnector } from '../../../src/connectors/contract.ts';
import type { HostEnvironment } from '../../../src/connectors/environment.ts';
import { osBrickConnector } from '../../../src/connectors/os-brick/connector.ts';
import { findHostConnector } from '../../../src/connectors/registry.ts';
import { inCall } from '../../../src/drivers/call.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import type { JsonObject } from '../../../src/index.ts';
import { hostIn } from '../../drivers/file-fixture.ts';
import { eventTypes, openEngine } from '../../support/engine.ts';
import { isAlive } from '../../support/is-alive.ts';
import { keepingLogger } from '../../support/keeping-logger.ts';

const fixtures = (name: string) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
process.env.PYTHONPATH = `${fixtures('os-brick')}:${fixtures('cinder-drivers')}`;

const PASSWORD = 'correct-horse-battery-5';
const RW = { attach_mode: 'rw' } as const;
const GENTLY = { force: false };
const GIB = 1024n ** 3n;

let directory: string;
let host: HostEnvironment;
const inDirectory = (name: string) => join(directory, name);
const LINK = 'attached-volume';
const attached = async () => (await readdir(directory)).filter((name) => name.startsWith('attached-'));
const claims = () => readdir(inDirectory('state/units'));
/** A line for each call to attach: the process, the volume, whether several paths are wanted, and how it is used. */
const journal = async () => (await readFile(inDirectory('journal'), 'utf8')).trim().split('\n');
/** The id of the process that os-brick waits for, once it is told whole. */
const startedChild = async () => /^\d+(?=\n)/.exec(await readFile(inDirectory('child'), 'utf8').catch(() => ''))?.[0];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-test-'));
  host = hostIn(inDirectory('state'), true);
  await writeFile(inDirectory('volume'), 'data');
});
afterEach(() => rm(directory, { recursive: true }));

const infoOf = (change: JsonObject = {}): ConnectionInfo => ({
  driver_volume_type: 'linked',
  data: { directory, name: 'volume', connection_id: 'a', ...change },
});

/** How it ended: the device, why it was refused, or why nobody knows. */
const endOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return { done: await call };
  } catch (error) {
    const { name, message } = error as Error;
    return name === 'ConnectorFailure' ? { refused: message } : { unknown: message };
  }
};

const attaching = async (does: string, options: AttachOptions = RW): Promise<unknown> =>
  endOf((await linked()).connectVolume(infoOf({ does }), options));

const linked = (): Promise<HostConnector> => findHostConnector('linked', host);

const beginningOf = async (path: string): Promise<string> => {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(7));
  return buffer.toString();
};

describe('a protocol that only os-brick has', () => {
  test('is attached once, found, seen to grow, and detached, by one process', async () => {
    const connector = await linked();
    expect(await connector.findDevice(infoOf())).toBe(null);
    const device = await connector.connectVolume(infoOf(), { ...RW, connector: { multipath: true } });
    expect(device).toEqual({ type: 'file', path: inDirectory(LINK), extra: 1 });
    expect(await (await linked()).connectVolume(infoOf(), RW)).toEqual(device);
    expect(await connector.findDevice(infoOf())).toEqual(device);
    await truncate(inDirectory('volume'), 8192);
    expect(await connector.extendVolume(infoOf(), device)).toBe(8192n);
    await connector.disconnectVolume(infoOf(), device, GENTLY);
    expect([await connector.findDevice(infoOf()), await attached(), await claims()]).toEqual([null, [], []]);
    await connector.disconnectVolume(infoOf(), null, GENTLY);
    await connector.connectVolume(infoOf(), RW);
    const pids = (await journal()).map((line) => line.split(' ')[0]);
    expect(await journal()).toEqual([`${pids[0]} volume True rw`, `${pids[0]} volume False rw`]);
  });

  test('keeps the device until the last connection of the volume leaves, whatever the credentials', async () => {
    const connector = await linked();
    const [first, second] = [infoOf({ auth_password: 'one' }), infoOf({ connection_id: 'b', auth_password: 'two' })];
    await connector.connectVolume(first, RW);
    await connector.connectVolume(second, RW);
    await connector.disconnectVolume(first, null, GENTLY);
    expect([await attached(), await connector.findDevice(first)]).toEqual([[LINK], null]);
    await connector.disconnectVolume(second, null, GENTLY);
    expect(await attached()).toEqual([]);
  });

  test('is not attached as a file that can be written where it is to be read', async () => {
    expect(await attaching('nothing', { attach_mode: 'ro' })).toMatchObject({
      refused: 'os-brick attaches volumes of protocol linked as files, which can be written',
    });
    expect([await attached(), await claims()]).toEqual([[], []]);
  });

  test('is not attached as a file that is no plain disk', async () => {
    const connector = await linked();
    expect(await endOf(connector.connectVolume(infoOf({ format: 'qcow2' }), RW))).toEqual({
      refused: 'the volume is a file of format qcow2, whose bytes are not those of the volume',
    });
    expect(await endOf(connector.connectVolume(infoOf({ format: 'raw' }), RW))).toMatchObject({ done: {} });
  });

  test("is attached by a real one of os-brick's own", async () => {
    const connector = await findHostConnector('gpfs', host);
    const info = { driver_volume_type: 'gpfs', data: { device_path: inDirectory('volume'), connection_id: 'a' } };
    const device = await connector.connectVolume(info, RW);
    expect(device).toEqual({ type: 'file', path: inDirectory('volume') });
    expect(await connector.extendVolume(info, device)).toBe(4n);
    await connector.disconnectVolume(info, device, GENTLY);
    const gone = { ...info, data: { device_path: inDirectory('nowhere'), connection_id: 'a' } };
    expect(await endOf(connector.connectVolume(gone, RW))).toMatchObject({
      refused: expect.stringContaining('FileNotFoundError'),
    });
    expect(await claims()).toEqual([]);
    const fabric = await findHostConnector('fibre_channel', host);
    const away = { driver_volume_type: 'fibre_channel', data: { target_wwn: '5000', target_lun: 1 } };
    await fabric.disconnectVolume(away, null, GENTLY);
    expect(await endOf(fabric.connectVolume(away, RW))).toEqual({
      refused: 'NoFibreChannelHostsFound: We are unable to locate any Fibre Channel devices.',
    });
    const local = await osBrickConnector('local', host);
    expect(await local.connectVolume({ ...info, driver_volume_type: 'local' }, RW)).toMatchObject({ type: 'file' });
  });
});

describe('a connector of os-brick that misbehaves', () => {
  test('is ended with what it started when its call is given up, and started anew by the next', async () => {
    const connector = await linked();
    const givingUp = new AbortController();
    const signals = { stopping: givingUp.signal, givenUp: givingUp.signal };
    const call = inCall(signals, () => endOf(connector.connectVolume(infoOf({ does: 'hangs' }), RW)));
    const child = await vi.waitUntil(startedChild, { timeout: 30_000 });
    expect(await isAlive(child)).toBe(true);
    givingUp.abort();
    expect(await call).toEqual({ unknown: 'os-brick, connect: /usr/bin/python3 was given up and ended' });
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
    expect(await connector.findDevice(infoOf())).toBe(null);
    expect(await endOf(connector.connectVolume(infoOf(), RW))).toMatchObject({ done: { path: inDirectory(LINK) } });
    expect(new Set((await journal()).map((line) => line.split(' ')[0])).size).toBe(2);
  });

  test('that dies leaves it unknown what happened, and lives again', async () => {
    expect(await attaching('crashes')).toEqual({
      unknown: 'os-brick, connect: /usr/bin/python3 ended with exit code 7',
    });
    expect(await attached()).toEqual([LINK]);
    await (await linked()).disconnectVolume(infoOf(), null, GENTLY);
    expect([await attached(), await claims()]).toEqual([[], []]);
  });

  test('leaves nothing when it fails, and is not believed to where it cannot be taken away', async () => {
    expect(await attaching('fails')).toEqual({ refused: 'ValueError: no way, None' });
    expect([await attached(), await claims()]).toEqual([[], []]);
    expect(await attaching('stays')).toEqual({
      unknown: 'ValueError: no way, None; then it could not be undone: OSError: it cannot be taken away',
    });
  });

  test('shows no credential, wherever it puts it', async () => {
    const { lines, log } = keepingLogger();
    const connector = await findHostConnector('linked', { ...host, log });
    const end = await endOf(connector.connectVolume(infoOf({ does: 'leaks', auth_password: PASSWORD }), RW));
    expect(end).toEqual({ refused: 'ValueError: no way, [secret]' });
    // What was printed may come after the answer.
    await connector.disconnectVolume(infoOf(), null, GENTLY);
    const said = lines.join('\n');
    expect(said).toContain('error {"driver":"linked"} the password is [secret]');
    expect(lines.filter((line) => line.includes('Traceback'))).toEqual([expect.stringMatching(/^debug /)]);
    expect(lines.filter((line) => line.includes('standard error')).length).toBeGreaterThan(0);
    for (const secret of [PASSWORD, 'unknown-to-all-8']) expect(said).not.toContain(secret);
  });
});

describe('a host that cannot attach', () => {
  const refusal = (protocol: string, python?: string) =>
    findHostConnector(protocol, { ...host, osBrickPython: python }).catch((error: unknown) => error);

  test('says which protocols there are', async () => {
    expect(await refusal('carrier-pigeon')).toMatchObject({
      code: 'ConnectorFailed',
      message: expect.stringContaining('os-brick has no such connector either'),
      remedy: expect.stringMatching(/^the protocols are iscsi, local, memory, nvmeof, rbd; os-brick has .*nfs/),
    });
  });

  test('says what to install, or to name', async () => {
    const bare = inDirectory('python');
    await writeFile(bare, '#!/bin/sh\nexec /usr/bin/python3 -S "$@"\n');
    await chmod(bare, 0o755);
    for (const [python, says] of [
      [bare, `${bare} has no os-brick (ModuleNotFoundError: No module named 'os_brick')`],
      ['/nowhere/python3', '/nowhere/python3 could not be started (ENOENT)'],
    ] as const) {
      expect(await refusal('nfs', python)).toMatchObject({
        code: 'ConnectorFailed',
        message: expect.stringContaining(says),
        remedy: expect.stringContaining('install python3-os-brick, or name a Python that has it by os_brick_python'),
      });
    }
  });
});

describe('an engine with a driver of Cinder, whose volumes only os-brick attaches', () => {
  const backendIn = async () => {
    const engine = await openEngine({ effectTimeoutMs: 120_000, reconcileTimeoutMs: 60_000 });
    const driver = 'cinder:linked_files.LinkedFileDriver';
    const backend = await engine.addBackend({ name: 'files', driver, options: { file_directory: directory } });
    return { engine, backend };
  };

  test('connects, attaches, extends and detaches', async () => {
    const { backend } = await backendIn();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.attach();
    expect(connection).toMatchObject({ status: 'attached', device: { type: 'file' } });
    const path = String(connection.path);
    await writeFile(path, 'written', { flag: 'r+' });
    await volume.extend(2);
    expect((await stat(path, { bigint: true })).size).toBe(2n * GIB);
    await volume.detach();
    expect(await attached()).toEqual([]);
    expect(await beginningOf(inDirectory(`volume-${volume.id}`))).toBe('written');
    await volume.delete();
  });

  test('learns what became of an attachment whose process was killed', async () => {
    const { engine, backend } = await backendIn();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect({ host: hostname() });
    await writeFile(inDirectory('does'), 'hangs');
    const attachment = connection.attach();
    const child = await vi.waitUntil(startedChild, { timeout: 60_000 });
    await rm(inDirectory('does'));
    const [line = ''] = await journal();
    process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    await attachment;
    expect(connection).toMatchObject({ status: 'attached' });
    expect((await journal()).length).toBe(2);
    expect(await eventTypes(engine, volume.id)).toEqual(expect.arrayContaining(['DeviceAttached']));
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
    await volume.detach();
    expect(await attached()).toEqual([]);
  });
});
