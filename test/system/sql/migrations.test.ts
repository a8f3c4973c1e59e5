import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { migrate } from '../../../src/eventlog/sql/migrate.ts';
import type { Migration } from '../../../src/eventlog/sql/server.ts';
import { openSqlLog } from '../../../src/eventlog/sql/sql-log.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';

await onEachServer(({ server, open }) => {
  const withMigrations = (database: string, more: readonly Migration[]) => {
    const known = server.server(server.place(database));
    return { ...known, migrations: [...known.migrations, ...more] };
  };
  const newest = 2;
  const next = (statement: string): Migration => ({ version: newest + 1, statements: [statement] });
  const newer = { code: 'LogNewer', kind: 'log', message: expect.stringMatching(/version 7, this Scoria knows 2/) };

  it('a database without tables is refused, with the command that makes them', async () => {
    const database = await server.newDatabase();
    await expect(open(database, { role: 'owner' })).rejects.toMatchObject({
      code: 'LogNotMigrated',
      kind: 'log',
      remedy: expect.stringMatching(/scoria log migrate/),
    });
  });

  it('migrating makes the tables once, also when several do it at the same moment', async () => {
    const database = await server.newDatabase();
    const target = server.server(server.place(database));
    const migrated = await Promise.all([1, 2, 3, 4].map(() => migrate(target)));
    expect(migrated.map(({ from }) => from).sort()).toEqual([0, newest, newest, newest]);
    expect(migrated.every(({ to }) => to === newest)).toBe(true);
    const log = await open(database, { role: 'owner' });
    expect(E.isRight(await log.append(appendOf('volume-a', -1n)))).toBe(true);
    expect(await migrate(target)).toEqual({ from: newest, to: newest });
    expect(await log.head()).toBe(1n);
  });

  it('an older schema is refused, and brought forward with its events', async () => {
    const database = await newLog(server);
    const log = await open(database);
    await log.append(appendOf('volume-a', -1n));
    const later = withMigrations(database, [next('CREATE TABLE scoria_next (id INT)')]);
    await expect(openSqlLog(later)).rejects.toMatchObject({
      code: 'LogNotMigrated',
      message: expect.stringMatching(/version 2, this Scoria needs 3/),
    });
    expect(await migrate(later)).toEqual({ from: newest, to: newest + 1 });
    const again = await openSqlLog(later);
    expect(await again.head()).toBe(1n);
    await again.close();
  });

  it('a newer schema is neither opened nor migrated', async () => {
    const database = await newLog(server);
    await server.admin(database, 'INSERT INTO scoria_migrations (version) VALUES (7)');
    await expect(open(database)).rejects.toMatchObject(newer);
    await expect(migrate(server.server(server.place(database)))).rejects.toMatchObject(newer);
  });

  it('a migration that fails is not taken for done, and goes on when it can', async () => {
    const database = await newLog(server);
    const broken = withMigrations(database, [next('CREATE TABLE scoria_next (id NO_SUCH_TYPE)')]);
    await expect(migrate(broken)).rejects.toThrow(/NO_SUCH_TYPE/i);
    expect((await server.admin(database, 'SELECT max(version) FROM scoria_migrations'))[0]).toEqual([newest]);
    const mended = withMigrations(database, [next('CREATE TABLE scoria_next (id INT)')]);
    expect(await migrate(mended)).toEqual({ from: newest, to: newest + 1 });
  });

  it('a role that may create no tables is told so', async () => {
    const database = await server.newDatabase();
    const right = server.product === 'MariaDB' ? [`GRANT SELECT ON ${database}.* TO reader@'127.0.0.1'`] : [];
    await server.admin(database, ...right);
    await expect(migrate(server.server(server.place(database, 'reader')))).rejects.toMatchObject({
      code: 'LogAccessDenied',
    });
  });
});
