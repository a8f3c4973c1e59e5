import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canonicalJson } from '../../../src/audit/canonical.ts';
import { hashBody } from '../../../src/audit/chain.ts';
import { createMemoryLog } from '../../../src/eventlog/memory.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { openSqliteLog } from '../../../src/eventlog/sqlite.ts';
import { createEngine, type Engine, silentLogger } from '../../../src/index.ts';
import { openLogAt } from '../../../src/library/open-log.ts';
import { surroundingsOf } from '../../../src/library/surroundings.ts';
import { isLogUrl } from '../../../src/log-url.ts';
import { createMemoryKeyStore } from '../../../src/secrets/memory-key-store.ts';
import { directory, startFiveLogs } from './five-logs.ts';

const opened = (log: string): Promise<EventLog> | EventLog => {
  if (log === ':memory:') return createMemoryLog();
  const ifMissing = 'create';
  return isLogUrl(log)
    ? openLogAt(log, { ...surroundingsOf({ logger: silentLogger }), ifMissing, lockTimeoutMs: 5_000 })
    : openSqliteLog({ file: log, ifMissing });
};

/** As a Scoria of later days records it, which knows more of the same event. */
const appendNewer = async (log: EventLog): Promise<void> => {
  const last = (await Array.fromAsync(log.readStream('kv-a'))).at(-1);
  if (last === undefined) throw new Error('there is nothing to go on from');
  const before = JSON.parse(last.body);
  const [id, revision] = [randomUUID(), last.revision + 1n];
  const later = { ...before, id, v: 99, revision: String(revision), meta: { ...before.meta, prev: last.hash } };
  const body = canonicalJson(later);
  const event = { stream: 'kv-a', revision, id, body, hash: hashBody(body) };
  await log.append({ stream: 'kv-a', expectedRevision: last.revision, events: [event] });
};

/** Several engines have it, and each closes what it has. */
const notClosing = (log: EventLog): EventLog =>
  new Proxy(log, {
    get(target, name) {
      if (name === 'close') return async () => {};
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const engineOn = async (log: EventLog, kind: string): Promise<Engine> => {
  const engine = await createEngine({
    log: notClosing(log),
    projectionDirectory: `${directory}/${kind}-newer`,
    keyStore: createMemoryKeyStore(),
    logger: silentLogger,
  });
  onTestFinished(() => engine.close());
  return engine;
};

const five = await startFiveLogs();

describe('a log with events of a newer version', () => {
  for (const { kind, empty } of five)
    test(`is read-only on ${kind}: up to them it can be read, nothing is recorded, all of it is verified`, async () => {
      const log = await opened(await empty());
      onTestFinished(() => log.close());
      const before = await engineOn(log, kind);
      await before.keyValues.set('a', 'before');
      const position = await log.head();
      await appendNewer(log);
      const events = await Array.fromAsync(log.readAll());
      expect(events).toHaveLength(2);

      const newer = {
        code: 'LogNewer',
        message: expect.stringContaining('KeyValueSet version 99'),
        remedy: expect.stringMatching(/newer one; .* --at \d+$/),
      };
      for (const engine of [before, await engineOn(log, kind)]) {
        await expect(engine.keyValues.set('b', 'now')).rejects.toMatchObject(newer);
        await expect(engine.addBackend({ name: 'store', driver: 'memory', options: {} })).rejects.toMatchObject(newer);
        await expect(engine.view()).rejects.toMatchObject(newer);
        expect((await engine.view(position)).keyValue('a')).toBe('before');
        expect(await engine.audit.verify()).toMatchObject({ events: 2 });
      }
      expect(await Array.fromAsync(log.readAll())).toEqual(events);
    });
});
