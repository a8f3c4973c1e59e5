import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { all, take } from '../../src/testing/event-log/reading-back.ts';
import { allLines, type Child, nextLine, startChild } from './child.ts';
import { scratch } from './scratch.ts';

const { file: newFile, open } = scratch();

const lineOf = ({ stream, revision, id }: StoredEvent) => `${stream} ${revision} ${id}`;

const expectGapFree = (events: readonly StoredEvent[]) => {
  const next = new Map<string, bigint>();
  let last = 0n;
  for (const { stream, revision, position } of events) {
    expect(revision).toBe(next.get(stream) ?? 0n);
    next.set(stream, revision + 1n);
    expect(position > last).toBe(true);
    last = position;
  }
};

/** The longest time that a timer of 5 ms did not run while `work` went on. */
const longestGap = async (work: Promise<unknown>): Promise<number> => {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  await work.finally(() => clearInterval(timer));
  return Math.max(longest, performance.now() - last);
};

const released = async (child: Child) => {
  child.process.stdin?.end();
  expect(await child.ended).toBe(0);
};

describe('several processes on one file', () => {
  it('create it together, lose nothing and leave no gap', async () => {
    const file = newFile();
    const children = [1, 2, 3].map((child) => startChild('append', [file, `volume-shared,volume-${child}`, '40', '2']));
    const acknowledged = (await Promise.all(children.map(allLines))).flat();
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const events = await all((await open(file, { ifMissing: 'refuse' })).readAll());
    expect(acknowledged).toHaveLength(3 * 2 * 40 * 2);
    expect(events.map(lineOf).sort()).toEqual(acknowledged.sort());
    expectGapFree(events);
  });

  it('create many at the same moment, each whole for everyone, and leave no draft behind', async () => {
    const streams = ['volume-1', 'volume-2', 'volume-3'];
    const children = streams.map((stream) => startChild('open-and-append', [stream]));
    const files = Array.from({ length: 40 }, newFile);
    for (const file of files) {
      for (const child of children) child.process.stdin?.write(`${file}\n`);
      expect(await Promise.all(children.map(nextLine))).toEqual(['done', 'done', 'done']);
    }
    for (const child of children) child.process.stdin?.end();
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    for (const file of files) {
      const log = await open(file, { ifMissing: 'refuse' });
      expect((await all(log.readAll())).map(({ stream }) => stream).sort()).toEqual(streams);
      await log.close();
      const beside = readdirSync(dirname(file)).filter((entry) => entry.startsWith(basename(file)));
      expect(beside).toEqual([basename(file)]);
    }
  });

  it('are followed by a subscription in another', async () => {
    const file = newFile();
    const log = await open(file);
    const watching = take(log.subscribe(), 200);
    const child = startChild('append', [file, 'volume-a,volume-b', '50', '1']);
    for (let revision = -1n; revision < 99n; revision += 1n) await log.append(appendOf('volume-own', revision));
    const events = await watching;
    expect(await child.ended).toBe(0);
    expect(events).toEqual(await all(log.readAll()));
    expectGapFree(events);
  });

  it('that are killed in the middle of appends leave everything they acknowledged', async () => {
    const file = newFile();
    for (const round of [1, 2, 3]) {
      const child = startChild('append', [file, `volume-shared,volume-${round}`, '0', '4']);
      const acknowledged: string[] = [];
      for await (const line of child.lines) {
        acknowledged.push(line);
        if (acknowledged.length === 100) child.process.kill('SIGKILL');
      }
      expect(await child.ended).toBe('SIGKILL');
      const log = await open(file, { ifMissing: 'refuse' });
      const events = await all(log.readAll());
      expectGapFree(events);
      const stored = new Set(events.map(lineOf));
      // The last line may have been cut by the kill.
      const whole = acknowledged.filter((line) => line.split(' ')[2]?.length === 36);
      expect(whole.filter((line) => !stored.has(line))).toEqual([]);
      expect(whole.length).toBeGreaterThanOrEqual(100);
      if (round === 2) expect(E.isRight(await log.append(appendOf('volume-after', -1n)))).toBe(true);
      await log.close();
    }
  });
});

describe('a write lock that another process holds', () => {
  it('does not block the event loop, and the append follows its release', async () => {
    const file = newFile();
    const log = await open(file);
    const holder = startChild('hold-lock', [file, '1500']);
    expect(await nextLine(holder)).toBe('held');
    const appended = log.append(appendOf('volume-a', -1n));
    expect(await longestGap(appended)).toBeLessThan(500);
    expect(E.isRight(await appended)).toBe(true);
    expect(await nextLine(holder)).toBe('released');
    expect(await holder.ended).toBe(0);
  });

  it('leaves readers alone', async () => {
    const file = newFile();
    const log = await open(file);
    await log.append(appendOf('volume-a', -1n, 3));
    const holder = startChild('hold-lock', [file, '0']);
    expect(await nextLine(holder)).toBe('held');
    expect(await all(log.readAll())).toHaveLength(3);
    expect(await all((await open(file, { ifMissing: 'refuse' })).readStream('volume-a'))).toHaveLength(3);
    await released(holder);
  });

  it('is waited for until the time is over, by each caller, and then named', async () => {
    const file = newFile();
    const log = await open(file, { lockTimeoutMs: 100 });
    const holder = startChild('hold-lock', [file, '0']);
    expect(await nextLine(holder)).toBe('held');
    const unavailable = { code: 'LogUnavailable', message: expect.stringMatching(/another process holds it/) };
    const refused = [
      log.append(appendOf('volume-a', -1n)),
      log.append(appendOf('volume-b', -1n)),
      log.appendToEmpty([appendOf('volume-c', -1n)]),
    ];
    await Promise.all(refused.map((one) => expect(one).rejects.toMatchObject(unavailable)));
    await expect(log.append(appendOf('volume-d', -1n))).rejects.toThrow(file);
    await released(holder);
    expect(E.isRight(await log.append(appendOf('volume-a', -1n)))).toBe(true);
    expect(await all(log.readAll())).toHaveLength(1);
  });

  it('that shuts out readers as well is waited for by them, and by who opens the log', async () => {
    const file = newFile();
    await (await open(file)).close();
    const holder = startChild('hold-lock', [file, '0', 'exclusive']);
    expect(await nextLine(holder)).toBe('held');
    const unavailable = { code: 'LogUnavailable', message: expect.stringMatching(/another process holds it/) };
    await expect(open(file, { lockTimeoutMs: 50 })).rejects.toMatchObject(unavailable);
    const opening = open(file, { lockTimeoutMs: 60_000 });
    await released(holder);
    const log = await opening;
    expect(E.isRight(await log.append(appendOf('volume-a', -1n)))).toBe(true);
  });

  it('lets those who came meanwhile share one transaction', async () => {
    const file = newFile();
    const log = await open(file);
    const batches: number[] = [];
    log.moveWithAppends({ apply: (events) => void batches.push(events.length) });
    const holder = startChild('hold-lock', [file, '0']);
    expect(await nextLine(holder)).toBe('held');
    const appended: Promise<unknown>[] = [];
    for (let index = 0; index < 5; index += 1) {
      appended.push(log.append(appendOf(`volume-${index}`, -1n)));
      await nextTurn();
    }
    await released(holder);
    await Promise.all(appended);
    expect(batches).toEqual([5]);
  });
});
