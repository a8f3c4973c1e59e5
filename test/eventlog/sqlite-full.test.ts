import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { SqliteLog } from '../../src/eventlog/sqlite.ts';
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { all } from '../../src/testing/event-log/reading-back.ts';
import { scratch } from './scratch.ts';

const { directory, file: newFile, open } = scratch();

interface Tight {
  readonly log: SqliteLog;
  readonly file: string;
  makeRoom(): void;
}

/** SQLite's own bound: what a full disk looks like where nothing can be mounted. */
const boundedFile = async (): Promise<Tight> => {
  const file = newFile();
  const log = await open(file);
  log.database.exec('PRAGMA max_page_count = 300');
  return { log, file, makeRoom: () => log.database.exec('PRAGMA max_page_count = 100000') };
};

const mounts: string[] = [];
afterEach(() => {
  for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount]);
});

const canMount = ((): boolean => {
  const place = join(directory, 'probe');
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  }
})();

const smallDisk = async (): Promise<Tight> => {
  const place = newFile();
  mkdirSync(place);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', place]);
  mounts.push(place);
  const ballast = join(place, 'ballast');
  writeFileSync(ballast, Buffer.alloc(13 * 1024 * 1024));
  const file = join(place, 'log.scoria');
  return { log: await open(file), file, makeRoom: () => rmSync(ballast) };
};

const big = (kibibytes: number) => [`"${'x'.repeat(kibibytes * 1024)}"`];

/** Where a file system can be mounted it is a real full disk as well. */
describe.each<[string, () => Promise<Tight>]>([
  ['a bounded file', boundedFile],
  ...(canMount ? [['a full disk', smallDisk] as [string, () => Promise<Tight>]] : []),
])('%s', (_, tight) => {
  it('refuses appends as LogFull, loses nothing, and goes on when there is room', async () => {
    const { log, file, makeRoom } = await tight();
    const acknowledged: string[] = [];
    const fill = async () => {
      for (let revision = -1n; ; revision += 1n) {
        const append = appendOf('volume-a', revision, big(60));
        await log.append(append);
        acknowledged.push(append.events[0].id);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'LogFull', kind: 'log', details: { file } });
    expect(acknowledged.length).toBeGreaterThan(3);
    expect(log.database.isTransaction).toBe(false);
    expect((await all(log.readAll())).map(({ id }) => id)).toEqual(acknowledged);
    await expect(log.append(appendOf('volume-b', -1n, big(3_000)))).rejects.toMatchObject({ code: 'LogFull' });

    makeRoom();
    expect(E.isRight(await log.append(appendOf('volume-b', -1n, big(60))))).toBe(true);
    const events = await all(log.readAll());
    expect(events.slice(0, -1).map(({ id }) => id)).toEqual(acknowledged);
    await log.close();
    expect(await all((await open(file, { ifMissing: 'refuse' })).readAll())).toEqual(events);
  });

  it('fails only what does not fit', async () => {
    const { log } = await tight();
    const moved: string[] = [];
    log.moveWithAppends({ apply: (events) => void moved.push(...events.map(({ stream }) => stream)) });
    const streams = ['volume-0', 'volume-1', 'volume-huge', 'volume-2', 'volume-3'];
    const appends = streams.map((stream) => appendOf(stream, -1n, big(stream === 'volume-huge' ? 5_000 : 1)));
    const results = await Promise.allSettled(appends.map((append) => log.append(append)));
    expect(results.map(({ status }) => status === 'rejected')).toEqual([false, false, true, false, false]);
    expect((await all(log.readAll())).map(({ stream }) => stream)).toEqual(streams.toSpliced(2, 1));
    expect(moved.slice(-4)).toEqual(streams.toSpliced(2, 1).slice(-4));
  });

  it('leaves nothing of a load that does not fit', async () => {
    const { log } = await tight();
    const appends = Array.from({ length: 100 }, (__, index) => appendOf(`volume-${index}`, -1n, big(50)));
    await expect(log.appendToEmpty(appends)).rejects.toMatchObject({ code: 'LogFull' });
    expect(await log.head()).toBe(0n);
    await log.appendToEmpty(appends.slice(0, 3));
    expect(await all(log.readAll())).toHaveLength(3);
  });
});
