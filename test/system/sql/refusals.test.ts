import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it, onTestFinished } from 'vitest';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { all, ids, store } from '../../../src/testing/event-log/reading-back.ts';
import { newLog } from './new-log.ts';
import { type OnServer, onEachServer } from './opening.ts';
import { freePort } from './server-process.ts';
import { PASSWORD } from './test-server.ts';

const BIG = `"${'x'.repeat(300_000)}"`;

const refusal = (code: string, remedy: RegExp) => ({
  code,
  kind: 'log',
  remedy: expect.stringMatching(remedy),
  message: expect.not.stringContaining(PASSWORD),
});

interface Tight {
  readonly database: string;
  makeRoom(): Promise<unknown>;
}

/** A disk of its own for the table, or, where nothing can be mounted, what the server says of a full one. */
const tightPostgresql = async ({ server }: OnServer): Promise<Tight> => {
  const database = await newLog(server);
  const small = join(server.directory, 'small');
  mkdirSync(small);
  try {
    const options = `size=2m,mode=700,uid=${process.getuid?.() === 0 ? 65_534 : process.getuid?.()}`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    const full = "BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END";
    await server.admin(
      database,
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ ${full} $$`,
      `CREATE TRIGGER full_disk AFTER INSERT ON scoria_events FOR EACH ROW WHEN (length(NEW.body) > 9000)
        EXECUTE FUNCTION full_disk()`,
    );
    return { database, makeRoom: () => server.admin(database, 'DROP TRIGGER full_disk ON scoria_events') };
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', small]));
  await server.admin(
    database,
    `CREATE TABLESPACE small LOCATION '${small}'`,
    'ALTER TABLE scoria_events SET TABLESPACE small',
    'ALTER TABLE scoria_events ALTER COLUMN body SET STORAGE EXTERNAL',
  );
  const makeRoom = () => server.admin(database, 'ALTER TABLE scoria_events SET TABLESPACE pg_default');
  return { database, makeRoom };
};

const tightMariadb = async ({ server }: OnServer): Promise<Tight> => {
  await server.stop();
  await server.start(['innodb-file-per-table=0', 'innodb-data-file-path=ibdata1:12M:autoextend:max:16M']);
  const makeRoom = async () => {
    await server.stop();
    await server.start(['innodb-data-file-path=ibdata1:12M:autoextend']);
  };
  return { database: await newLog(server), makeRoom };
};

await onEachServer((on) => {
  const { server, open } = on;
  const isMariadb = server.product === 'MariaDB';

  it('a server that is not there is LogUnavailable, at once', async () => {
    const database = await newLog(server);
    const place = { port: await freePort() };
    await expect(open(database, { place })).rejects.toMatchObject(refusal('LogUnavailable', /server runs/));
    await expect(open(database, { place: { socket: join(server.directory, 'nowhere') } })).rejects.toMatchObject(
      refusal('LogUnavailable', /server runs/),
    );
  });

  it('a wrong password, an unknown user and a role without rights are LogAccessDenied', async () => {
    const database = await newLog(server);
    const denied = refusal('LogAccessDenied', /credential/);
    const wrong = { password: async () => 'not the password' };
    await expect(open(database, { place: wrong })).rejects.toMatchObject(denied);
    await expect(open(database, { place: { user: 'nobody_knows' } })).rejects.toMatchObject(denied);
    await expect(open(database, { role: 'stranger' })).rejects.toMatchObject(denied);
  });

  it('a database that is not there is LogNotFound', async () => {
    await expect(open('nowhere', { role: 'owner' })).rejects.toMatchObject({
      code: isMariadb ? 'LogAccessDenied' : 'LogNotFound',
      kind: 'log',
    });
  });

  it('too many connections are LogUnavailable, and say which limit', async () => {
    const database = await newLog(server);
    await server.admin(
      database,
      isMariadb
        ? "GRANT USAGE ON *.* TO application@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1"
        : 'ALTER ROLE application CONNECTION LIMIT 1',
    );
    onTestFinished(async () => {
      await server.admin(
        database,
        isMariadb
          ? "GRANT USAGE ON *.* TO application@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0"
          : 'ALTER ROLE application CONNECTION LIMIT -1',
      );
    });
    const log = await open(database);
    await log.head();
    await expect(open(database)).rejects.toMatchObject(refusal('LogUnavailable', /limit/));
  });

  it('a lock that another process holds too long is LogUnavailable, and is waited for before', async () => {
    const database = await newLog(server);
    const holder = await server.server(server.place(database, 'application')).connect();
    await holder.begin();
    const log = await open(database, { place: { lockTimeoutMs: 300 } });
    await expect(log.append(appendOf('volume-a', -1n))).rejects.toMatchObject(refusal('LogUnavailable', /end it/));
    const waiting = (await open(database)).append(appendOf('volume-a', -1n));
    await holder.commit();
    expect(E.isRight(await waiting)).toBe(true);
    await holder.end();
    expect(await log.head()).toBe(1n);
  });

  it('a server that acknowledges what is not on its disk is LogNotDurable', async () => {
    const database = await newLog(server);
    const refused = (remedy: RegExp) => expect(open(database)).rejects.toMatchObject(refusal('LogNotDurable', remedy));
    if (isMariadb) {
      await server.admin(database, 'SET GLOBAL innodb_flush_log_at_trx_commit = 2');
      await refused(/innodb_flush_log_at_trx_commit = 1/);
      await server.stop();
      await server.start(['log-bin=binary', 'sync-binlog=0']);
      await refused(/sync_binlog = 1/);
      await server.admin(database, 'SET GLOBAL sync_binlog = 1');
    } else {
      await server.admin(database, 'ALTER ROLE application SET synchronous_commit = off');
      await refused(/synchronous_commit = on/);
      await server.admin(database, 'ALTER ROLE application RESET synchronous_commit');
      await server.stop();
      await server.start(['fsync=off']);
      await refused(/fsync = on/);
      await server.stop();
      await server.start();
    }
    expect(E.isRight(await (await open(database)).append(appendOf('volume-a', -1n)))).toBe(true);
    await server.stop();
    await server.start();
  });

  it('a replica can be read and followed, and refuses appends as LogReadOnly', async () => {
    const database = await newLog(server);
    const append = appendOf('volume-a', -1n, 2);
    const before = await store(await open(database), append);
    await server.stop();
    await server.startReadOnly();
    const log = await open(database);
    expect(await all(log.readAll())).toEqual(before);
    const following = log.subscribe()[Symbol.asyncIterator]();
    expect((await following.next()).value).toEqual(before[0]);
    await following.return?.();
    await expect(log.append(appendOf('volume-a', 1n))).rejects.toMatchObject(refusal('LogReadOnly', /primary/));
    await expect(log.append(appendOf('volume-b', -1n))).rejects.toMatchObject(refusal('LogReadOnly', /primary/));
    await server.stop();
    await server.start();
    expect(await log.head()).toBe(2n);
  });

  it('a full disk is LogFull, nothing is written, and with room the log goes on', async () => {
    const { database, makeRoom } = await (isMariadb ? tightMariadb : tightPostgresql)(on);
    const log = await open(database);
    const full = refusal('LogFull', /make room/);
    const stored: string[] = [];
    let refused = false;
    for (let volume = 0; !refused && volume < 100; volume += 1) {
      const append = appendOf(`volume-${volume}`, -1n, [BIG, BIG]);
      await log.append(append).then(
        () => stored.push(...ids(append.events)),
        (error) => {
          expect(error).toMatchObject(full);
          refused = true;
        },
      );
    }
    expect(refused).toBe(true);
    expect(ids(await all(log.readAll()))).toEqual(stored);
    await makeRoom();
    expect(E.isRight(await log.append(appendOf('volume-after', -1n, [BIG])))).toBe(true);
    expect((await all(log.readAll())).length).toBe(stored.length + 1);
  });

  it('a name that no index holds is refused as what it is', async () => {
    const log = await open(await newLog(server));
    const name = `kv-${'ä'.repeat(600)}`;
    await expect(log.append(appendOf(name, -1n))).rejects.toMatchObject({ code: 'InvalidInput' });
    expect(E.isRight(await log.append(appendOf(`kv-${'ä'.repeat(498)}`, -1n)))).toBe(true);
  });

  if (isMariadb)
    it('an event bigger than a packet is refused alone, and what fits is divided', async () => {
      await server.admin('mysql', 'SET GLOBAL max_allowed_packet = 1048576');
      onTestFinished(async () => {
        await server.admin('mysql', 'SET GLOBAL max_allowed_packet = 16777216');
      });
      const log = await open(await newLog(server));
      const [huge, fitting] = await Promise.allSettled([
        log.append(appendOf('volume-a', -1n, [`"${'x'.repeat(2 ** 20)}"`])),
        store(log, appendOf('volume-b', -1n, [BIG, BIG, BIG, BIG, BIG])),
      ]);
      expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'InvalidInput' } });
      expect(fitting.status).toBe('fulfilled');
      expect((await all(log.readAll())).map(({ body }) => body)).toEqual([BIG, BIG, BIG, BIG, BIG]);
    });
});
