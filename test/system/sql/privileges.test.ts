import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { all, store, take } from '../../../src/testing/event-log/reading-back.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';

const FORBIDDEN = [
  `UPDATE scoria_events SET body = ''`,
  'UPDATE scoria_events SET revision = revision + 1',
  'DELETE FROM scoria_events',
  'TRUNCATE TABLE scoria_events',
  'DROP TABLE scoria_events',
  'DROP TABLE scoria_keys',
  'DELETE FROM scoria_destroyed_keys',
  'ALTER TABLE scoria_events DROP COLUMN hash',
  'UPDATE scoria_migrations SET version = 7',
  'CREATE TABLE scoria_other (position int)',
];

/** That the whole contract holds for the application's role, `contract.test.ts` shows. */
await onEachServer(({ server, open }) => {
  it('the how-to page gives exactly these rights', async () => {
    const given = [...server.grants('reader', 'scoria'), ...server.grants('application', 'scoria')];
    const page = await readFile(new URL(`../../../docs/how-to/${server.page}`, import.meta.url), 'utf8');
    const told = [...page.matchAll(/^GRANT (?!ALL).*(?=;$)/gm)].map(([grant]) => grant.replace("'%'", "'127.0.0.1'"));
    expect(new Set(told)).toEqual(new Set(given));
  });

  it("the application's role changes, deletes and drops nothing", async () => {
    const database = await newLog(server);
    const log = await open(database);
    const before = await store(log, appendOf('volume-a', -1n, 3));
    for (const sql of FORBIDDEN)
      await expect(server.as('application', database, sql), sql).rejects.toThrow(/denied|must be owner/);
    expect(await all(log.readAll())).toEqual(before);
    expect(E.isRight(await log.append(appendOf('volume-a', 2n)))).toBe(true);
  });

  it('a reader reads and follows, and appends nothing', async () => {
    const database = await newLog(server);
    const reader = await open(database, { role: 'reader' });
    const following = take(reader.subscribe(), 2);
    const events = await store(await open(database), appendOf('volume-a', -1n, 2));
    expect(await following).toEqual(events);
    expect(await all(reader.readStream('volume-a', { from: 1n }))).toEqual(events.slice(1));
    await expect(reader.append(appendOf('volume-b', -1n))).rejects.toMatchObject({ code: 'LogAccessDenied' });
    await expect(server.as('reader', database, `INSERT INTO scoria_events (position) VALUES (9)`)).rejects.toThrow(
      /denied/,
    );
    expect(await reader.head()).toBe(2n);
  });

  it('not even the owner of the tables changes an event as long as the triggers stand', async () => {
    const database = await newLog(server);
    const log = await open(database);
    const before = await store(log, appendOf('volume-a', -1n, 2));
    for (const sql of [`UPDATE scoria_events SET body = ''`, 'DELETE FROM scoria_events'])
      await expect(server.as('owner', database, sql), sql).rejects.toThrow(/events are not/);
    expect(await all(log.readAll())).toEqual(before);
  });
});
