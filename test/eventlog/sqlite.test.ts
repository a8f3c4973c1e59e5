import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import type { Append } from '../../src/eventlog/port.ts';
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { all } from '../../src/testing/event-log/reading-back.ts';
import { describeEventLog } from '../../src/testing/event-log/suite.ts';
import { scratch } from './scratch.ts';

const { file: newFile, open } = scratch();

const opened = async () => {
  const file = newFile();
  return { log: await open(file), reopen: () => open(file, { ifMissing: 'refuse' }) };
};
describeEventLog('sqlite', opened, { describe, test: it });

const ids = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);
const idsOf = (appends: readonly Append[]) => appends.flatMap(({ events }) => ids(events));
const fresh = (count: number) => Array.from({ length: count }, (_, index) => appendOf(`volume-${index}`, -1n, 2));

/** Violates a constraint of the table. */
const poisoned = (stream: string): Append => {
  const append = appendOf(stream, -1n, 2);
  const [first, second] = append.events;
  return { ...append, events: [first, { ...second, ...first, revision: 1n, hash: 'too short' }] };
};

describe('group commit', () => {
  it('sees in each append what went before it in the batch', async () => {
    const log = await open(newFile());
    const results = await Promise.all([
      log.append(appendOf('volume-a', -1n, 2)),
      log.append(appendOf('volume-a', 1n)),
      log.append(appendOf('volume-a', 1n)),
      log.append(appendOf('volume-a', 2n)),
    ]);
    expect(results.map(E.isRight)).toEqual([true, true, false, true]);
    expect(results[2]).toEqual(E.left({ stream: 'volume-a', expected: 1n, actual: 2n }));
  });

  it('commits what came together in one transaction', async () => {
    const log = await open(newFile());
    const batches: number[] = [];
    log.moveWithAppends({ apply: (events) => void batches.push(events.length) });
    await Promise.all(fresh(64).map((append) => log.append(append)));
    expect(batches).toEqual([128]);
  });

  it('fails a wrong revision alone, without storing the others twice', async () => {
    const log = await open(newFile());
    let applied = 0;
    log.moveWithAppends({
      apply() {
        applied += 1;
      },
    });
    const good = fresh(10);
    const appends = [...good.slice(0, 5), appendOf('volume-x', 7n), ...good.slice(5)];
    const results = await Promise.all(appends.map((append) => log.append(append)));
    expect(results.map(E.isLeft)).toEqual(appends.map((_, index) => index === 5));
    expect(ids(await all(log.readAll()))).toEqual(idsOf(good));
    expect(applied).toBe(1);
  });

  it('fails an event that violates a constraint alone, and stores its neighbours', async () => {
    const log = await open(newFile());
    const good = fresh(10);
    const bad = log.append(poisoned('volume-bad'));
    const refused = expect(bad).rejects.toThrow(/constraint/);
    const results = await Promise.all([...good.map((append) => log.append(append)), refused]);
    expect(results.slice(0, 10).every((result) => E.isRight(result as never))).toBe(true);
    expect(ids(await all(log.readAll()))).toEqual(idsOf(good));
    expect(await all(log.readStream('volume-bad'))).toEqual([]);
    expect(log.database.isTransaction).toBe(false);
  });

  it('stores one by one what neither fits together nor behind savepoints', async () => {
    const log = await open(newFile());
    // Like a full disk, this rolls the whole transaction back.
    log.database.exec(`CREATE TEMP TRIGGER torn BEFORE INSERT ON events WHEN NEW.stream = 'volume-5'
      BEGIN SELECT RAISE(ROLLBACK, 'torn'); END`);
    const appends = fresh(10);
    const results = await Promise.allSettled(appends.map((append) => log.append(append)));
    expect(results.map(({ status }) => status === 'rejected')).toEqual(appends.map((_, index) => index === 5));
    expect(ids(await all(log.readAll()))).toEqual(idsOf(appends.toSpliced(5, 1)));
  });
});

describe('projections that move with the append', () => {
  const project = (log: Awaited<ReturnType<typeof open>>) => {
    log.database.exec('CREATE TABLE seen (id TEXT PRIMARY KEY, position INTEGER) STRICT');
    const insert = log.database.prepare('INSERT INTO seen VALUES (?, ?)');
    let rollbacks = 0;
    log.moveWithAppends({
      apply(events: readonly StoredEvent[]) {
        for (const { id, position, body } of events) {
          if (body === '"unprojectable"') throw new Error('cannot project this');
          insert.run(id, position);
        }
      },
      rolledBack() {
        rollbacks += 1;
      },
    });
    return {
      rollbacks: () => rollbacks,
      seen: () =>
        log.database
          .prepare('SELECT id FROM seen ORDER BY position')
          .all()
          .map(({ id }) => id),
    };
  };

  it('hold exactly the events of the log, in order, whatever failed', async () => {
    const log = await open(newFile());
    const { seen, rollbacks } = project(log);
    const good = fresh(6);
    const appends = [
      ...good.slice(0, 3),
      appendOf('volume-bad', -1n, ['"unprojectable"']),
      poisoned('volume-worse'),
      appendOf('volume-gap', 3n),
      ...good.slice(3),
      good[0] as Append,
    ];
    const results = await Promise.allSettled(appends.map((append) => log.append(append)));
    expect(results.map(({ status }) => status === 'rejected')).toEqual(
      appends.map((_, index) => index === 3 || index === 4),
    );
    expect(seen()).toEqual(idsOf(good));
    expect(ids(await all(log.readAll()))).toEqual(idsOf(good));
    expect(rollbacks()).toBeGreaterThanOrEqual(3);
  });

  it('move with a load, and go back with it', async () => {
    const log = await open(newFile());
    const { seen, rollbacks } = project(log);
    const torn = function* () {
      yield* fresh(800);
      yield appendOf('volume-bad', -1n, ['"unprojectable"']);
    };
    await expect(log.appendToEmpty(torn())).rejects.toThrow('cannot project this');
    expect([seen(), await log.head(), rollbacks()]).toEqual([[], 0n, 1]);
    const appends = fresh(1_200);
    await log.appendToEmpty(appends);
    expect(seen()).toEqual(idsOf(appends));
  });
});

describe('an open reader', () => {
  it('holds nothing that keeps the write-ahead log from being taken over', async () => {
    const log = await open(newFile());
    await log.append(appendOf('volume-a', -1n, 2_500));
    const readers = [log.readAll(), log.readStream('volume-a'), log.subscribe()].map((it) =>
      it[Symbol.asyncIterator](),
    );
    for (const reader of readers) await reader.next();
    await log.append(appendOf('volume-b', -1n));
    const checkpoint = log.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    expect(checkpoint).toMatchObject({ busy: 0 });
    for (const reader of readers) await reader.return?.();
  });
});

describe('the record', () => {
  it.each(["UPDATE events SET body = '{}'", 'DELETE FROM events'])('is not open to %s', async (sql) => {
    const log = await open(newFile());
    await log.append(appendOf('volume-a', -1n));
    expect(() => log.database.exec(sql)).toThrow(/events are not/);
  });

  it('is written with synchronous=FULL to a write-ahead log, at every open', async () => {
    const file = newFile();
    for (const readOnly of [false, false, true]) {
      const log = await open(file, { readOnly });
      expect(log.database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
      expect(log.database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
      await log.close();
    }
  });
});
