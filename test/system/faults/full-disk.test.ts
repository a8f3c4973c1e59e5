import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defineProjection, memoryArray, type Volume } from '../../../src/index.ts';
import { Shell } from '../../cli/scoria.ts';
import { eventTypes, openEngine } from '../../support/engine.ts';
import { SmallDisk } from './small-disk.ts';

const elsewhere = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'scoria-full-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
};

/** Larger than the record. */
const copied = defineProjection<string>({
  name: 'copied',
  version: 1,
  fold: (rows, event) => rows.set(String(event.position), JSON.stringify([event.data, 'x'.repeat(2_000)])),
});

/** An engine whose log is on a disk of its own, and a volume. */
const onDisk = async (kibibytes = 8_192) => {
  const disk = new SmallDisk(kibibytes);
  const array = memoryArray(disk.directory);
  onTestFinished(() => array.reset());
  const engine = await openEngine({ log: disk.path('log.db'), keyStore: join(elsewhere(), 'keys') });
  const backend = await engine.addBackend({ name: 'store', driver: 'memory', options: { array: disk.directory } });
  const volume = await backend.createVolume({ size: 1 });
  return { disk, array, engine, backend, volume };
};

/** What was left free in pages that the log has already is used up. */
const untilFull = async (volume: Volume): Promise<void> => {
  const grow = async () => {
    for (let index = 0; index < 10_000; index += 1) await volume.setMetadata({ filler: `${index}`.repeat(60) });
  };
  await expect(grow()).rejects.toMatchObject({ code: 'LogFull' });
};

describe('a disk that is full', () => {
  test('before an intent: the driver is not called, and the same process goes on when there is room', async () => {
    const { disk, array, engine, backend, volume } = await onDisk();
    disk.fill();
    await untilFull(volume);
    const calls = array.calls.length;
    const types = await eventTypes(engine, volume.id);
    await expect(volume.extend(2)).rejects.toMatchObject({ code: 'LogFull', details: { file: disk.path('log.db') } });
    expect(array.calls).toHaveLength(calls);
    expect(await eventTypes(engine, volume.id)).toEqual(types);
    disk.makeRoom();
    expect(await volume.extend(2)).toMatchObject({ size: 2 });
    await backend.createVolume({ size: 1 });
  });

  test('between an intent and its outcome: what stands open is said, and settled by the same command', async () => {
    const { disk, array, engine, volume, backend } = await onDisk();
    const filler = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const commandId = '6d5c1a0e-0000-4000-8000-00000000000d';
    const extending = volume.extend(2, { commandId });
    extending.catch(() => {});
    await array.hanging();
    disk.fill();
    await untilFull(filler);
    array.release();
    await expect(extending).rejects.toMatchObject({
      code: 'LogFull',
      message: expect.stringMatching(/ExtendVolume has begun, and how it ended stands open/),
      details: { command_id: commandId },
    });
    expect(await engine.openOperations()).toMatchObject([{ operation: 'ExtendVolume', command_id: commandId }]);
    disk.makeRoom();
    expect(await volume.extend(2, { commandId })).toMatchObject({ size: 2 });
    expect(await engine.openOperations()).toEqual([]);
    expect((await eventTypes(engine, volume.id)).filter((type) => type === 'VolumeExtended')).toHaveLength(1);
  });

  test('in the middle of many commands at once: each is told of its own', async () => {
    const { disk, engine } = await onDisk();
    disk.fill(192);
    const values = Array.from({ length: 300 }, (_, index) => 'x'.repeat((index % 20) * 400));
    const set = () => Promise.allSettled(values.map((value, index) => engine.keyValues.set(`k${index}`, value)));
    const first = await set();
    const refused = first.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(values.length);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'LogFull' });
    const recorded = await engine.view();
    for (const [index, { status }] of first.entries()) {
      expect(recorded.keyValue(`k${index}`)).toBe(status === 'fulfilled' ? values[index] : null);
    }
    disk.makeRoom();
    expect((await set()).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await engine.view()).keyValues()).toHaveLength(values.length);
  });

  test('during a rebuild: the old rows are read, and the next rebuild succeeds', async () => {
    const { disk, engine, volume } = await onDisk();
    disk.fill();
    await untilFull(volume);
    await expect(engine.rebuildProjection('inventory')).rejects.toMatchObject({
      code: 'LogFull',
      details: { file: disk.path('log.db') },
    });
    expect(await engine.volumes()).toHaveLength(1);
    disk.makeRoom();
    await engine.rebuildProjection('inventory');
    expect(await engine.volumes()).toHaveLength(1);
  });

  test('while a projection catches up: its reader is told, and reads on when there is room', async () => {
    const { disk, engine, volume } = await onDisk();
    const reader = await openEngine({ log: disk.path('log.db'), projections: [copied] });
    await (await reader.view()).projection(copied);
    disk.fill(1_024);
    // Of a process that does not know the projection.
    await untilFull(volume);
    const position = (await engine.view()).position;
    const rows = async () => (await reader.view()).projection(copied);
    await expect(rows()).rejects.toMatchObject({ code: 'LogFull' });
    disk.makeRoom();
    expect(await rows()).toHaveLength(Number(position));
  });

  test('under the log as it is closed and opened: all is there', async () => {
    const { disk, engine, volume } = await onDisk();
    disk.fill();
    await untilFull(volume);
    const { position } = await engine.view();
    await engine.close();
    const again = await openEngine({ log: disk.path('log.db'), ifMissing: 'refuse' });
    expect((await again.view()).position).toBe(position);
    expect(await again.volumes()).toHaveLength(1);
  });

  test('under a new log leaves nothing of it', async () => {
    const disk = new SmallDisk(64);
    disk.fill();
    await expect(openEngine({ log: disk.path('new.db') })).rejects.toMatchObject({ code: 'LogFull' });
    expect(readdirSync(disk.directory)).toEqual(['ballast']);
  });

  test('under the key store: what could not be sealed stands open with its reason, and is settled later', async () => {
    const disk = new SmallDisk(512);
    const array = memoryArray(disk.directory);
    onTestFinished(() => array.reset());
    const engine = await openEngine({ log: join(elsewhere(), 'log.db'), keyStore: disk.path('keys') });
    const options = { array: disk.directory, use_chap_auth: true };
    const backend = await engine.addBackend({ name: 'store', driver: 'memory', options });
    const volume = await backend.createVolume({ size: 1 });
    disk.fill();
    const commandId = '6d5c1a0e-0000-4000-8000-00000000000d';
    const connector = { host: 'node1', initiator: 'iqn.1993-08.org.debian:01:1' };
    await expect(volume.connect(connector, {}, { commandId })).rejects.toMatchObject({
      code: 'OutcomeUnknown',
      message: expect.stringMatching(/no room left for the key store/),
    });
    await expect(engine.rotateMasterKey()).rejects.toMatchObject({
      code: 'KeyStoreUnavailable',
      rejection: { remedy: expect.stringMatching(/make room/) },
    });
    disk.makeRoom();
    await volume.connect(connector, {}, { commandId });
    expect(await engine.openOperations()).toEqual([]);
  });
});

describe('a file that is written to a full disk', () => {
  const shell = new Shell();
  const big = async () => {
    for (const key of ['a', 'b', 'c']) await shell.json('kv', 'set', key, 'x'.repeat(100_000));
  };

  test.each([['dump'], ['events', 'export']])('by scoria %s … is the one from before, and says so', async (...verb) => {
    await big();
    const disk = new SmallDisk(256);
    const target = disk.path('out');
    writeFileSync(target, 'from before');
    expect(await shell.refused(...verb, target)).toMatchObject({ exit: 6, code: 'OutputNotWritten' });
    expect(readFileSync(target, 'utf8')).toBe('from before');
    expect(readdirSync(disk.directory)).toEqual(['out']);
  });

  test('a key file and a note are whole or not there, and the seal is recorded', async () => {
    const disk = new SmallDisk(16);
    disk.fill();
    expect(await shell.refused('audit', 'key', 'create', disk.path('key.pem'))).toMatchObject({
      code: 'OutputNotWritten',
    });
    expect(existsSync(disk.path('key.pem'))).toBe(false);
    await shell.json('audit', 'key', 'create', 'audit.pem');
    mkdirSync(shell.path('config'), { recursive: true });
    const env = { SCORIA_AUDIT_KEY_FILE: shell.path('audit.pem'), SCORIA_AUDIT_NOTES_DIRECTORY: disk.path('notes') };
    const sealed = await shell.run(['audit', 'seal', '--json'], { env });
    expect(JSON.parse(sealed.stderr).error).toMatchObject({ code: 'NoteNotWritten' });
    disk.makeRoom();
    const again = await shell.run(['audit', 'seal', '--json'], { env });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(disk.path('notes'))).toHaveLength(1);
    expect((await shell.run(['audit', 'verify'], { env })).code).toBe(0);
  });

  test('as a volume’s copy fails, leaves nothing, and is made when there is room', async () => {
    const disk = new SmallDisk(16_384);
    const store = [
      '--driver',
      'file',
      '--set',
      `directory=${disk.directory}`,
      '--set',
      'max_over_subscription_ratio=1000',
    ];
    await shell.json('backend', 'add', 'tight', ...store);
    const { id } = await shell.json('volume', 'create', 'tight', '1', '--name', 'source');
    const bytes = randomBytes(4 * 1_024 * 1_024);
    writeFileSync(disk.path(`volume-${id}`), bytes, { flag: 'r+' });
    disk.fill(1_024);
    expect(await shell.refused('volume', 'clone', 'source', '--name', 'copy')).toMatchObject({
      exit: 6,
      code: 'DriverFailed',
      message: expect.stringMatching(/the file system is full/),
    });
    expect(readdirSync(disk.directory).toSorted()).toEqual(['ballast', `volume-${id}`]);
    expect(await shell.json('recover', '--list')).toEqual([]);
    disk.makeRoom();
    const copy = await shell.json('volume', 'clone', 'source', '--name', 'copy');
    expect(
      readFileSync(disk.path(`volume-${copy.id}`))
        .subarray(0, bytes.length)
        .equals(bytes),
    ).toBe(true);
  });
});
