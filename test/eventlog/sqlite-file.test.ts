import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { all } from '../../src/testing/event-log/reading-back.ts';
import { nextLine, startChild } from './child.ts';
import { scratch } from './scratch.ts';

const { directory, file: newFile, open } = scratch();

const EVENTS = 400;
/** A closed log of some twenty pages. */
const example = newFile();

beforeAll(async () => {
  const log = await open(example);
  await log.append(appendOf('volume-a', -1n, EVENTS));
  await log.close();
});

const copied = (change: (file: string) => void): string => {
  const file = newFile();
  copyFileSync(example, file);
  change(file);
  return file;
};

const withDatabase = (file: string, sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

const written = (content: string | Buffer): string => {
  const file = newFile();
  writeFileSync(file, content);
  return file;
};

const pageBytes = 4_096;
const truncatedTo = (bytes: (size: number) => number) => () =>
  copied((file) => truncateSync(file, bytes(statSync(file).size)));
const overwritten = (from: number, to: number) => () =>
  copied((file) => writeFileSync(file, readFileSync(file).fill(0xab, from, to)));

const foreign = () => {
  const file = newFile();
  withDatabase(file, 'PRAGMA journal_mode = WAL; PRAGMA user_version = 1; CREATE TABLE events (position INTEGER)');
  return file;
};

/** What a killed process leaves: the file and its write-ahead log, whose end holds the newest pages. */
const killed = async (truncateTo?: number): Promise<string> => {
  const file = newFile();
  const log = await open(file);
  await log.append(appendOf('volume-a', -1n, EVENTS));
  log.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await log.append(appendOf('volume-b', -1n, 3));
  const copy = newFile();
  for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
  if (truncateTo !== undefined) truncateSync(copy, truncateTo);
  return copy;
};

describe('a file that is no whole log', () => {
  it.each<[string, () => string, RegExp]>([
    ['an empty file', () => written(''), /is empty.*remove it to start anew/],
    ['text', () => written('volume_group = cinder-volumes\n'.repeat(400)), /is damaged/],
    ['a few bytes', () => written('SQLite'), /is damaged/],
    ['a database of another program', foreign, /not a log of Scoria/],
    [
      'a log cut off in the middle',
      truncatedTo((size) => (Math.floor(size / pageBytes) / 2) * pageBytes),
      /damaged|cut off/,
    ],
    ['a log cut off within its last page', truncatedTo((size) => size - 100), /cut off/],
    ['a log cut off within its first page', truncatedTo(() => 2_000), /damaged|cut off/],
    ['a log without its table', () => copied((file) => withDatabase(file, 'DROP TABLE events')), /no table of events/],
    ['a log whose schema is overwritten', overwritten(100, pageBytes), /damaged|no table of events/],
    [
      'a log of a version that never was',
      () => copied((file) => withDatabase(file, 'PRAGMA user_version = 0')),
      /version/,
    ],
  ])('%s is refused as LogInvalid and left as it is', async (_, make, message) => {
    const file = make();
    const before = readFileSync(file);
    for (const ifMissing of ['create', 'refuse'] as const) {
      const opening = open(file, { ifMissing });
      await expect(opening).rejects.toMatchObject({
        code: 'LogInvalid',
        kind: 'log',
        message: expect.stringMatching(message),
      });
      await expect(opening).rejects.toThrow(file);
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a later version is refused as LogNewer and left as it is', async () => {
    const file = copied((copy) => withDatabase(copy, 'PRAGMA user_version = 2'));
    const before = readFileSync(file);
    await expect(open(file)).rejects.toMatchObject({ code: 'LogNewer', details: { file } });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a killed process leaves a whole one, but not when its file is cut off', async () => {
    expect(await all((await open(await killed())).readAll())).toHaveLength(EVENTS + 3);
    const cut = await killed(10 * pageBytes);
    const before = readFileSync(cut);
    await expect(open(cut)).rejects.toMatchObject({ code: 'LogInvalid', message: expect.stringMatching(/cut off/) });
    expect(readFileSync(cut).equals(before)).toBe(true);
  });

  /** What a killed process leaves of a log with some commits in its write-ahead log, and the last of them. */
  const torn = async (change: (file: string) => void): Promise<{ file: string; commits: number }> => {
    const file = newFile();
    const log = await open(file);
    log.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const commits = 9;
    for (let volume = 1; volume <= commits; volume += 1) await log.append(appendOf(`volume-${volume}`, -1n));
    const copy = newFile();
    for (const suffix of ['', '-wal', '-shm']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    change(copy);
    return { file: copy, commits };
  };
  const changed = (suffix: string, change: (bytes: Buffer) => Buffer) => (file: string) =>
    writeFileSync(`${file}${suffix}`, change(readFileSync(`${file}${suffix}`)));
  const flipped = (bytes: Buffer, at: number) => bytes.fill((bytes[at] ?? 0) ^ 0xff, at, at + 1);

  it.each<[string, (file: string) => void]>([
    ['without its index', (file) => rmSync(`${file}-shm`)],
    ['with garbage for its index', changed('-shm', (bytes) => bytes.fill(0xab))],
    ['with an index that was cut off', changed('-shm', (bytes) => bytes.subarray(0, 100))],
  ])('a write-ahead log %s is read whole, and written on', async (_, change) => {
    const { file, commits } = await torn(change);
    const log = await open(file, { ifMissing: 'refuse' });
    expect(await all(log.readAll())).toHaveLength(commits);
    await log.append(appendOf('volume-next', -1n));
    expect(await all(log.readAll())).toHaveLength(commits + 1);
  });

  it.each<[string, (file: string) => void]>([
    ['in the middle of its last frame', changed('-wal', (bytes) => bytes.subarray(0, -2_000))],
    ['by some bytes', changed('-wal', (bytes) => bytes.subarray(0, -1))],
    [
      'in no place, but a byte of its last frame is another',
      changed('-wal', (bytes) => flipped(bytes, bytes.length - 9)),
    ],
  ])('a write-ahead log that is cut off %s has the commits before it, and is written on', async (_, change) => {
    const { file, commits } = await torn(change);
    const log = await open(file, { ifMissing: 'refuse' });
    const before = await all(log.readAll());
    expect(before.map(({ stream }) => stream)).toEqual(
      Array.from({ length: commits - 1 }, (__, index) => `volume-${index + 1}`),
    );
    await log.append(appendOf('volume-next', -1n));
    await log.close();
    const after = await all((await open(file)).readAll());
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ stream: 'volume-next', position: BigInt(commits) });
  });

  it('a page damaged in the middle is reported by whoever comes to it', async () => {
    const file = overwritten(10 * pageBytes, 14 * pageBytes)();
    const log = await open(file);
    await expect(all(log.readAll())).rejects.toMatchObject({ code: 'LogInvalid', details: { file } });
  });

  it('a write-ahead log whose file is gone is not taken for a new log', async () => {
    const file = await killed();
    rmSync(file);
    const before = readFileSync(`${file}-wal`);
    await expect(open(file)).rejects.toMatchObject({ code: 'LogInvalid', message: expect.stringMatching(/is gone/) });
    expect(readFileSync(`${file}-wal`).equals(before)).toBe(true);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a path', () => {
  it('of no file is LogNotFound when it should be there or is only to be read', async () => {
    const file = newFile();
    await expect(open(file, { ifMissing: 'refuse' })).rejects.toMatchObject({ code: 'LogNotFound', details: { file } });
    await expect(open(file, { readOnly: true })).rejects.toMatchObject({ code: 'LogNotFound' });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['a directory', () => directory],
    ['a directory that is not there', () => join(directory, 'nowhere', 'log.scoria')],
    ['a file as a directory', () => join(example, 'log.scoria')],
    ['a device', () => '/dev/null'],
  ])('through %s is LogUnavailable', async (_, path) => {
    await expect(open(path())).rejects.toMatchObject({
      code: 'LogUnavailable',
      message: expect.stringContaining(path()),
    });
  });

  it.each(['with space', '100%#?&=', 'ünïcode 🌋', "quote's"])('may be named %s', async (name) => {
    const file = join(directory, name);
    const log = await open(file);
    await log.append(appendOf('volume-a', -1n));
    await log.close();
    expect(await all((await open(file, { ifMissing: 'refuse' })).readAll())).toHaveLength(1);
    expect(log.name).toBe(`sqlite:${file}`);
  });

  it('may be a link', async () => {
    const file = newFile();
    const log = await open(file);
    await log.append(appendOf('volume-a', -1n));
    const link = newFile();
    symlinkSync(file, link);
    expect(await all((await open(link)).readAll())).toHaveLength(1);
  });

  it('of a file that is created at once by several callers gives one log', async () => {
    const file = newFile();
    const logs = await Promise.all(Array.from({ length: 8 }, () => open(file)));
    await Promise.all(logs.map((log, index) => log.append(appendOf(`volume-${index}`, -1n))));
    for (const log of logs) expect(await all(log.readAll())).toHaveLength(8);
  });
});

describe('a log that may only be read', () => {
  it('by the caller’s wish is read, and refuses appends as LogReadOnly', async () => {
    const file = copied(() => {});
    const before = readFileSync(file);
    const log = await open(file, { readOnly: true });
    expect(await all(log.readAll())).toHaveLength(EVENTS);
    const readOnly = { code: 'LogReadOnly', details: { file } };
    const refused = [1, 2, 3].map((volume) => log.append(appendOf(`volume-${volume}`, -1n)));
    await Promise.all(refused.map((one) => expect(one).rejects.toMatchObject(readOnly)));
    await expect(log.append(appendOf('volume-b', -1n))).rejects.toMatchObject(readOnly);
    expect(await all(log.readAll())).toHaveLength(EVENTS);
    await log.close();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is followed while another writes', async () => {
    const file = newFile();
    const writer = await open(file);
    const reader = await open(file, { readOnly: true });
    const watching = reader.subscribe()[Symbol.asyncIterator]();
    const next = watching.next();
    await writer.append(appendOf('volume-a', -1n));
    expect((await next).value).toMatchObject({ stream: 'volume-a', revision: 0n });
    await watching.return?.();
  });

  const asReader = async (file: string) => {
    const child = startChild('read-then-append', [file]);
    const line = await nextLine(child);
    await child.ended;
    return JSON.parse(line);
  };
  const shelf = (name: string, directoryMode: number, fileMode: number): string => {
    const place = join(directory, name);
    mkdirSync(place);
    copyFileSync(example, join(place, 'log.scoria'));
    chmodSync(join(place, 'log.scoria'), fileMode);
    chmodSync(place, directoryMode);
    return join(place, 'log.scoria');
  };

  it('by its file’s permissions is read, and refuses appends as LogReadOnly', async () => {
    expect(await asReader(shelf('file', 0o777, 0o444))).toEqual({ read: EVENTS, appended: 'LogReadOnly' });
  });

  it('by its directory’s permissions is read, and refuses appends as LogReadOnly', async () => {
    const file = shelf('directory', 0o555, 0o444);
    expect(await asReader(file)).toEqual({ read: EVENTS, appended: 'LogReadOnly' });
    expect(readdirSync(join(directory, 'directory'))).toEqual(['log.scoria']);
  });

  it('and one that may not even be read, or reached, or created, is LogUnavailable', async () => {
    expect(await asReader(shelf('secret', 0o555, 0o000))).toEqual({ opened: 'LogUnavailable' });
    expect(await asReader(shelf('locked', 0o000, 0o444))).toEqual({ opened: 'LogUnavailable' });
    const file = shelf('full', 0o555, 0o444);
    expect(await asReader(`${file}.other`)).toEqual({ opened: 'LogUnavailable' });
  });
});
