import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { copyLog } from '../../src/commands/copy-log.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import type { Progress } from '../../src/progress.ts';
import { nextLine, startChild } from '../eventlog/child.ts';
import { openEngine } from '../support/engine.ts';

let projectionDirectory: string;
beforeEach(async () => {
  projectionDirectory = await mkdtemp(join(tmpdir(), 'scoria-projections-'));
  onTestFinished(() => rmSync(projectionDirectory, { recursive: true }));
});

/** A log that is elsewhere, and that counts what is read of it. */
const distant = (log: EventLog = createMemoryLog()) => {
  const count = { events: 0 };
  const counted: EventLog = {
    ...log,
    name: 'distant://log',
    close: async () => {},
    async *readPages(bounds) {
      for await (const page of log.readPages(bounds)) {
        count.events += page.length;
        yield page;
      }
    },
  };
  return { log: counted, count };
};

const open = (log: EventLog) => openEngine({ log, projectionDirectory });
const fileOf = () =>
  join(projectionDirectory, readdirSync(projectionDirectory).find((name) => name.endsWith('.db')) ?? '');

const filled = async (log: EventLog, keys: number): Promise<void> => {
  const engine = await open(log);
  for (let key = 0; key < keys; key += 1) await engine.keyValues.set(`key-${key}`, 'x');
  await engine.close();
};

describe('the projections of a log that is elsewhere', () => {
  test('are read by the next process, which asks the log for what is new alone', async () => {
    const { log, count } = distant();
    await filled(log, 50);
    count.events = 0;
    const next = await open(log);
    expect(await next.keyValues.get('key-7')).toBe('x');
    // The last append was not read again by whoever made it.
    expect(count.events).toBeLessThan(3);
    await next.keyValues.set('key-7', 'y');
    expect(await (await open(log)).keyValues.get('key-7')).toBe('y');
    expect(count.events).toBeLessThan(10);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  });

  test('are shared by the processes of a host, each of which sees what the others wrote', async () => {
    const { log } = distant();
    const [one, other] = [await open(log), await open(log)];
    await Promise.all([one.keyValues.set('a', '1'), other.keyValues.set('b', '2')]);
    expect(await one.keyValues.get('b')).toBe('2');
    expect(await other.keyValues.get('a')).toBe('1');
  });

  test.each([
    ['removed', () => rmSync(fileOf())],
    ['damaged', () => writeFileSync(fileOf(), 'this is no database'.repeat(1_000))],
  ])('are made anew when the file was %s', async (_how, harm) => {
    const { log } = distant();
    await filled(log, 5);
    for (const name of readdirSync(projectionDirectory).filter((name) => !name.endsWith('.db')))
      rmSync(join(projectionDirectory, name));
    harm();
    expect(await (await open(log)).keyValues.get('key-4')).toBe('x');
  });

  test('are made anew when the log is another one, or was rolled back', async () => {
    const before = createMemoryLog();
    await filled(distant(before).log, 5);
    const another = createMemoryLog();
    const engine = await openEngine({ log: { ...another, close: async () => {} } });
    for (let key = 0; key < 20; key += 1) await engine.keyValues.set(`other-${key}`, 'x');
    const replaced = await open(distant(another).log);
    expect(await replaced.keyValues.get('key-4')).toBeNull();
    expect(await replaced.keyValues.get('other-19')).toBe('x');
    await replaced.close();

    const shorter = createMemoryLog();
    await filled(distant(before).log, 1);
    const kept = (await Array.fromAsync(before.readAll())).slice(0, 2);
    const beginning: EventLog = {
      ...before,
      async *readPages() {
        yield kept;
      },
    };
    await copyLog(beginning, shorter);
    expect(await (await open(distant(shorter).log)).keyValues.get('key-4')).toBeNull();
  });

  test('keep a reader waiting who comes after an append, until they hold it', async () => {
    const engine = await open(distant().log);
    await engine.keyValues.set('key', 'before');
    expect(await engine.keyValues.get('key')).toBe('before');
    const holder = startChild('hold-lock', [fileOf(), '0']);
    await nextLine(holder);
    await engine.keyValues.set('key', 'after');
    const read = engine.keyValues.get('key');
    expect(await Promise.race([read, engine.projections()])).toMatchObject([{ position: 1n }, {}]);
    holder.process.stdin?.end();
    expect(await read).toBe('after');
  });

  test('say how far behind they are when another process holds them for too long', async () => {
    const engine = await openEngine({ log: distant().log, projectionDirectory, lockTimeoutMs: 100 });
    await engine.keyValues.set('key', 'before');
    expect(await engine.keyValues.get('key')).toBe('before');
    const holder = startChild('hold-lock', [fileOf(), '0']);
    await nextLine(holder);
    await engine.keyValues.set('key', 'after');
    await expect(engine.keyValues.get('key')).rejects.toMatchObject({
      code: 'ProjectionBehind',
      message: expect.stringMatching(/"inventory" stands at position 1 of 2, .*another process/),
      details: { projection: 'inventory', position: '1', head: '2' },
    });
    holder.process.stdin?.end();
    await holder.ended;
    expect(await engine.keyValues.get('key')).toBe('after');
  });

  test('tell how far they are when they have much to catch up with', async () => {
    const { log } = distant();
    await filled(log, 2_500);
    rmSync(projectionDirectory, { recursive: true });
    const seen: Progress[] = [];
    const engine = await openEngine({ log, projectionDirectory, onProgress: (progress) => seen.push(progress) });
    expect(await engine.keyValues.get('key-2499')).toBe('x');
    const inventory = { work: 'catch-up', subject: 'inventory', unit: 'events', total: 2_500 };
    expect(seen.length).toBeGreaterThan(1);
    expect(seen[0]).toMatchObject(inventory);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
    seen.splice(0);
    await engine.keyValues.set('key', 'x');
    expect(await engine.keyValues.get('key')).toBe('x');
    expect(seen).toEqual([]);
  });

  test('need a place that may be written', async () => {
    writeFileSync(join(projectionDirectory, 'file'), '');
    const nowhere = openEngine({ log: distant().log, projectionDirectory: join(projectionDirectory, 'file') });
    await expect(nowhere).rejects.toMatchObject({ code: 'LogUnavailable' });
  });
});
