import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoredEvent } from '../../../src/domain/event.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { all, ids, revisions, store, take, upTo } from '../../../src/testing/event-log/reading-back.ts';
import { openLog, startStandIn } from './opened.ts';
import { StandIn } from './stand-in/start.ts';

const opened = async (url: string, options: Parameters<typeof openLog>[1] = {}): Promise<EventLog> => {
  const log = await openLog(url, options);
  onTestFinished(() => log.close());
  return log;
};

/** Appends to a stream of its own until it is told to end; what it was told is stored. */
const write = async (log: EventLog, stream: string, going: () => boolean, told: (event: StoredEvent) => void) => {
  for (let revision = 0n; going(); revision += 1n) {
    for (const event of await store(log, appendOf(stream, revision - 1n))) told(event);
  }
};

describe('a server that is killed', () => {
  it('keeps every append that 64 writers were told of, each once', async () => {
    const server = await startStandIn();
    const log = await opened(server.url);
    const streams = Array.from({ length: 64 }, (_, index) => `volume-${index}`);
    const told = new Map<string, StoredEvent[]>(streams.map((stream) => [stream, []]));
    let count = 0;
    let reached = () => {};
    const hear = (event: StoredEvent) => {
      told.get(event.stream)?.push(event);
      count += 1;
      reached();
    };
    const until = (goal: number) =>
      new Promise<void>((resolve) => {
        reached = () => (count >= goal ? resolve() : undefined);
      });
    let going = true;
    const writing = Promise.all(streams.map((stream) => write(log, stream, () => going, hear)));
    for (const _ of upTo(3)) {
      await until(count + 300);
      await server.kill();
      await server.restart();
    }
    await until(count + 300);
    going = false;
    await writing;
    for (const stream of streams) {
      const stored = await all(log.readStream(stream));
      expect(stored).toEqual(told.get(stream));
      expect(revisions(stored)).toEqual(upTo(stored.length));
    }
    expect(await all(log.readAll())).toHaveLength(count);
  });

  it('is waited for by readers and by subscribers, who miss nothing', async () => {
    const server = await startStandIn();
    const log = await opened(server.url);
    await store(log, appendOf('volume-a', -1n, 500));
    const watching = log.subscribe()[Symbol.asyncIterator]();
    const reading = log.readAll()[Symbol.asyncIterator]();
    const seen: StoredEvent[] = [];
    const read: StoredEvent[] = [];
    for (const _ of upTo(10)) {
      seen.push((await watching.next()).value as StoredEvent);
      read.push((await reading.next()).value as StoredEvent);
    }
    await server.kill();
    const next = watching.next();
    await server.restart();
    await store(log, appendOf('volume-b', -1n, 2));
    seen.push((await next).value as StoredEvent);
    while (seen.length < 502) seen.push((await watching.next()).value as StoredEvent);
    for (let one = await reading.next(); !one.done; one = await reading.next()) read.push(one.value);
    const events = await all(log.readAll());
    expect(seen).toEqual(events);
    expect(read).toEqual(events);
    await watching.return?.();
  });

  it('is told of when it stays away, to whoever opens the log and to whoever has it open', async () => {
    const server = await startStandIn();
    const log = await opened(server.url, { patienceMs: 300 });
    await store(log, appendOf('volume-a', -1n));
    const watching = log.subscribe({ after: await log.head() })[Symbol.asyncIterator]();
    const next = watching.next();
    await server.kill();
    const away = { code: 'LogUnavailable', kind: 'log', remedy: expect.stringContaining('same command id') };
    await expect(next).rejects.toMatchObject(away);
    await expect(log.append(appendOf('volume-a', 0n))).rejects.toMatchObject(away);
    await expect(log.head()).rejects.toMatchObject(away);
    await expect(openLog(server.url, { openTimeoutMs: 300 })).rejects.toMatchObject(away);
    await expect(
      openLog(`esdb://127.0.0.1:${server.port},127.0.0.1:${server.port}?tls=false&maxDiscoverAttempts=2`, {
        openTimeoutMs: 300,
      }),
    ).rejects.toMatchObject(away);
  });

  it('is waited for by whoever opens the log', async () => {
    const server = await startStandIn();
    await server.kill();
    const opening = opened(server.url);
    await server.restart();
    expect(await (await opening).head()).toBe(0n);
  });
});

describe('an answer that is lost', () => {
  it('is asked for again, and nothing is stored twice', async () => {
    const server = await startStandIn();
    const log = await opened(server.url);
    await store(log, appendOf('volume-a', -1n));
    await server.order('lose 3');
    const appends = upTo(8).map((index) => appendOf(`volume-b${index}`, -1n, 2));
    const results = await Promise.all(appends.map((append) => log.append(append)));
    expect(results.every(E.isRight)).toBe(true);
    expect(await all(log.readAll())).toHaveLength(17);
  });

  it('is known again when the server has forgotten the ids', async () => {
    const server = await startStandIn();
    const log = await opened(server.url);
    const append = appendOf('volume-a', -1n, 2);
    const stored = await store(log, append);
    await server.order('forget');
    expect(await store(log, append)).toEqual(stored);
    expect(await log.append(appendOf('volume-a', -1n, 2))).toEqual(
      E.left({ stream: 'volume-a', expected: -1n, actual: 1n }),
    );
  });

  it('of the very first append leaves one record', async () => {
    const server = await startStandIn();
    const log = await opened(server.url);
    await server.order('lose 1');
    const stored = await store(log, appendOf('volume-a', -1n));
    expect(await all((await opened(server.url)).readAll())).toEqual(stored);
  });
});

it('a server that hangs is told of in time, and what was under way is stored once', async () => {
  const server = await startStandIn();
  const log = await opened(server.url, { patienceMs: 500 });
  await store(log, appendOf('volume-a', -1n));
  server.stop();
  const append = appendOf('volume-a', 0n, 2);
  await expect(log.append(append)).rejects.toMatchObject({ code: 'LogUnavailable' });
  server.resume();
  const patient = await opened(server.url);
  await store(patient, append);
  expect(ids(await all(patient.readStream('volume-a'))).slice(1)).toEqual(ids(append.events));
});

it('another leader is followed', async () => {
  const former = await startStandIn();
  const log = await opened(former.url);
  const [first] = await store(log, appendOf('volume-a', -1n));
  const watching = take(log.subscribe(), 2);
  const directory = await mkdtemp(join(tmpdir(), 'scoria-leader-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await copyFile(former.file, join(directory, 'records'));
  await using leader = await StandIn.start(join(directory, 'records'));
  await former.order(`redirect ${leader.port}`);
  const [second] = await store(log, appendOf('volume-a', 0n));
  expect(await all((await opened(leader.url)).readAll())).toEqual([first, second]);
  expect(await all(log.readAll())).toEqual([first, second]);
  await former.kill();
  expect(await watching).toEqual([first, second]);
});

it('a subscriber that the server dropped because it was slow misses nothing', async () => {
  const server = await startStandIn();
  const log = await opened(server.url);
  await store(log, appendOf('volume-a', -1n));
  const watching = log.subscribe()[Symbol.asyncIterator]();
  const seen = [(await watching.next()).value as StoredEvent];
  const body = `"${'x'.repeat(100_000)}"`;
  for (const revision of upTo(300)) await store(log, appendOf('volume-a', revision, [body]));
  expect(Number(await server.order('dropped'))).toBeGreaterThan(0);
  while (seen.length < 301) seen.push((await watching.next()).value as StoredEvent);
  expect(revisions(seen)).toEqual(upTo(301));
  await watching.return?.();
});

it('closing one log leaves the appends of another to the same server alone', async () => {
  const server = await startStandIn();
  const [one, other] = [await openLog(server.url), await opened(server.url)];
  await store(one, appendOf('volume-a', -1n));
  const appending = Promise.all(upTo(64).map((index) => other.append(appendOf(`volume-b${index}`, -1n))));
  await one.close();
  expect((await appending).every(E.isRight)).toBe(true);
});

it('that one server is killed does not touch the appends to another', async () => {
  const [killed, server] = [await startStandIn(), await startStandIn()];
  const [one, other] = [await opened(killed.url, { patienceMs: 300 }), await opened(server.url)];
  await store(one, appendOf('volume-a', -1n));
  await store(other, appendOf('volume-a', -1n));
  server.stop();
  const lost = one.append(appendOf('volume-b', -1n, [`"${'x'.repeat(900_000)}"`]));
  const appending = Promise.all(upTo(64).map((index) => other.append(appendOf(`volume-b${index}`, -1n))));
  await killed.kill();
  await lost.catch(() => {});
  server.resume();
  expect((await appending).every(E.isRight)).toBe(true);
});
