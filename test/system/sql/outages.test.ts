import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it, onTestFinished } from 'vitest';
import type { StoredEvent } from '../../../src/domain/event.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { all, ids, positions, revisions, store, take, upTo } from '../../../src/testing/event-log/reading-back.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

const CALLERS = 32;
const APPEND_ONCE = fileURLToPath(new URL('./children/append-once.ts', import.meta.url));
process.env[PASSWORD_VARIABLE] = PASSWORD;

const settled = async (log: EventLog, count: number): Promise<void> => {
  const reader = log.subscribe()[Symbol.asyncIterator]();
  for (let seen = 0; seen < count; seen += 1) await reader.next();
  await reader.return?.();
};

await onEachServer(({ server, open }) => {
  const throughProxy = async () => {
    const database = await newLog(server);
    const proxy = await cuttingProxy(server.place(database).port);
    onTestFinished(() => proxy.close());
    return { database, proxy, place: { port: proxy.port } };
  };

  for (const [what, when] of [
    ['an append whose answer was lost is not stored twice', 'after'],
    ['an append that was lost itself is stored once', 'before'],
  ] as const)
    it(`${what}, and its caller gets the result`, async () => {
      const { database, proxy, place } = await throughProxy();
      const log = await open(database, { place });
      await store(log, appendOf('volume-a', -1n));
      proxy.cutCommit(when);
      const [append, other] = [appendOf('volume-a', 0n, 3), appendOf('volume-b', -1n)];
      const results = await Promise.all([store(log, append), store(log, other)]);
      expect(proxy.cuts()).toBe(1);
      expect(results.map(revisions)).toEqual([[1n, 2n, 3n], [0n]]);
      const events = await all(log.readAll());
      expect(ids(events.slice(1))).toEqual(ids(results.flat()));
      expect(positions(events)).toEqual([1n, 2n, 3n, 4n, 5n]);
    });

  it('a process whose connection was cut ends when it has closed its log', { timeout: 30_000 }, async () => {
    const { database, proxy } = await throughProxy();
    const url = new URL(server.url(database, 'application'));
    url.port = String(proxy.port);
    proxy.cutCommit('after');
    const child = spawn(process.execPath, [APPEND_ONCE, url.href], { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(proxy.cuts()).toBe(1);
  });

  it('an append whose answer was lost stands where it was, although others came after it', async () => {
    const { database, proxy, place } = await throughProxy();
    const log = await open(database, { place });
    const other = await open(database);
    const append = appendOf('volume-a', -1n);
    proxy.cutCommit('after');
    const appended = store(log, append);
    await settled(other, 1);
    await store(other, appendOf('volume-a', 0n));
    expect(ids(await appended)).toEqual(ids(append.events));
    expect(revisions(await all(other.readStream('volume-a')))).toEqual([0n, 1n]);
  });

  it('an append whose answer was lost, on a server that stays away, is said to be in doubt', async () => {
    const { database, proxy, place } = await throughProxy();
    const log = await open(database, { place, outageMs: 300 });
    proxy.cutCommit('after', true);
    const append = appendOf('volume-a', -1n);
    await expect(log.append(append)).rejects.toMatchObject({
      code: 'LogUnavailable',
      kind: 'log',
      message: expect.stringMatching(/whether the last append was stored is not known/),
    });
    // One that never got as far is in no doubt.
    await expect(log.append(appendOf('volume-b', -1n))).rejects.toMatchObject({
      code: 'LogUnavailable',
      message: expect.not.stringMatching(/not known/),
    });
    const direct = await open(database);
    await settled(direct, 1);
    expect(ids(await store(direct, append))).toEqual(ids(append.events));
    expect(await direct.head()).toBe(1n);
  });

  it('connections that the server has ended are replaced, and nobody notices', async () => {
    const database = await newLog(server);
    const log = await open(database);
    await store(log, appendOf('volume-a', -1n));
    await server.endConnections(database);
    await store(log, appendOf('volume-a', 0n));
    await server.endConnections(database);
    expect(revisions(await all(log.readAll()))).toEqual([0n, 1n]);
  });

  it('a follower goes on after a restart, without a gap and without a repetition', async () => {
    const database = await newLog(server);
    const [log, follower] = [await open(database), await open(database, { role: 'reader' })];
    const seen: StoredEvent[] = [];
    const following = (async () => {
      for await (const event of follower.subscribe()) if (seen.push(event) === 6) break;
    })();
    await store(log, appendOf('volume-a', -1n, 2));
    await server.stop();
    const waiting = store(log, appendOf('volume-a', 1n, 2));
    await server.start();
    await waiting;
    await store(log, appendOf('volume-b', -1n, 2));
    await following;
    expect(seen).toEqual(await all(log.readAll()));
  });

  it('a follower that is aborted does not wait for a server that is away', async () => {
    const database = await newLog(server);
    const log = await open(database);
    await store(log, appendOf('volume-a', -1n));
    const aborting = new AbortController();
    const following = log.subscribe({ signal: aborting.signal })[Symbol.asyncIterator]();
    await following.next();
    await server.stop();
    const next = following.next();
    aborting.abort();
    expect((await next).done).toBe(true);
    await server.start();
  });

  it(`a server that is killed under ${CALLERS} callers loses nothing that it acknowledged, and doubles nothing`, async () => {
    const database = await newLog(server);
    const logs = await Promise.all(upTo(4).map(() => open(database)));
    const acknowledged: StoredEvent[] = [];
    let killing = true;
    const call = async (caller: number): Promise<void> => {
      for (let expected = -1n; killing || expected < 20n; ) {
        const result = await (logs[caller % 4] as EventLog).append(appendOf(`volume-${caller}`, expected, 2));
        // Nobody else writes this stream: whatever stands there is this caller's own.
        if (E.isLeft(result)) throw new Error(`volume-${caller} stands at ${result.left.actual}, not at ${expected}`);
        acknowledged.push(...result.right);
        expected += 2n;
      }
    };
    const calling = Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
    const reader = logs[0] as EventLog;
    for (const round of [1, 2, 3]) {
      await take(reader.subscribe({ after: await reader.head() }), 200 * round);
      await server.kill();
      await server.start();
    }
    killing = false;
    await calling;
    const byPosition = acknowledged.toSorted((one, other) => Number(one.position - other.position));
    const events = await all(reader.readAll());
    expect(byPosition).toEqual(events);
    expect(positions(events)).toEqual(upTo(events.length).map((position) => position + 1n));
  });

  it('a process that stands still with the lock is put out by the server, and the others go on', async () => {
    const database = await newLog(server);
    const stuck = await server.server({ ...server.place(database, 'application'), lockTimeoutMs: 1_000 }).connect();
    await stuck.begin();
    const log = await open(database);
    await store(log, appendOf('volume-a', -1n));
    stuck.discard();
    expect(await log.head()).toBe(1n);
  });
});
