import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { expect, it } from 'vitest';
import { appendOf } from '../../../src/testing/event-log/appends.ts';
import { all, ids, positions, upTo } from '../../../src/testing/event-log/reading-back.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import type { TestServer } from './test-server.ts';

const WRITERS = 6;
const EACH = 25;

/** A transaction takes a random while to commit after its rows have their positions: as on any busy server. */
const slowCommits: Readonly<Record<string, (table: string) => readonly string[]>> = {
  PostgreSQL: (table) => [
    `CREATE FUNCTION dawdle_${table}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END $$`,
    `CREATE TRIGGER dawdle AFTER INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION dawdle_${table}()`,
  ],
  MariaDB: (table) => [
    `CREATE TRIGGER dawdle_${table} AFTER INSERT ON ${table} FOR EACH ROW SET @slept = SLEEP(RAND() * 0.01)`,
  ],
};

interface Connection {
  run(sql: string): Promise<readonly (readonly unknown[])[]>;
  end(): Promise<void>;
}

const connections: Readonly<Record<string, (server: TestServer, database: string) => Promise<Connection>>> = {
  async PostgreSQL(server, database) {
    const { host, port, user, password } = server.place(database);
    const client = new pg.Client({ host, port, user, database, password: await password?.() });
    await client.connect();
    return {
      run: async (text) => (await client.query<unknown[]>({ text, rowMode: 'array' })).rows,
      end: () => client.end(),
    };
  },
  async MariaDB(server, database) {
    const { host, port, user, password } = server.place(database);
    const credentials = { host, port, user, database, password: (await password?.()) ?? '' };
    const connection = await mysql.createConnection({ ...credentials, rowsAsArray: true });
    return {
      run: async (sql) => (await connection.query(sql))[0] as unknown as unknown[][],
      end: () => connection.end(),
    };
  },
};

/** The obvious log: the database counts, each append is a transaction, and a follower asks for what is later. */
const NAIVE: Readonly<Record<string, string>> = {
  PostgreSQL: 'CREATE TABLE naive (position bigserial PRIMARY KEY, writer int)',
  MariaDB: 'CREATE TABLE naive (position BIGINT AUTO_INCREMENT PRIMARY KEY, writer INT) ENGINE = InnoDB',
};

await onEachServer(({ server, open }) => {
  const connect = (database: string) => (connections[server.product] as (typeof connections)[string])(server, database);
  const slow = (table: string) => slowCommits[server.product]?.(table) ?? [];

  it('a follower of a log that the database numbers skips events: the test would notice', async () => {
    const database = await server.newDatabase();
    await server.admin(database, NAIVE[server.product] as string, ...slow('naive'));
    const right = server.product === 'PostgreSQL' ? 'GRANT ALL ON naive, naive_position_seq TO owner' : 'SELECT 1';
    await server.admin(database, right);
    const write = async (writer: number): Promise<void> => {
      const connection = await connect(database);
      for (const _ of upTo(EACH)) await connection.run(`INSERT INTO naive (writer) VALUES (${writer})`);
      await connection.end();
    };
    const seen: string[] = [];
    const follower = await connect(database);
    const look = async () => {
      const last = seen.at(-1) ?? '0';
      const rows = await follower.run(`SELECT position FROM naive WHERE position > ${last} ORDER BY position`);
      seen.push(...rows.map(([position]) => String(position)));
    };
    let writing = true;
    const following = (async () => {
      while (writing) {
        await look();
        await sleep(1);
      }
    })();
    await Promise.all(upTo(WRITERS).map((writer) => write(Number(writer))));
    writing = false;
    await following;
    await look();
    await follower.end();
    expect(seen.length).toBeLessThan(WRITERS * EACH);
  });

  it('followers skip nothing, whatever the order in which transactions would end', async () => {
    const database = await newLog(server);
    await server.admin(database, ...slow('scoria_events'));
    const logs = await Promise.all(upTo(WRITERS).map(() => open(database)));
    const follower = await open(database, { role: 'reader' });
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of follower.subscribe()) if (seen.push(event.id) === WRITERS * EACH) break;
    })();
    const write = async (writer: number): Promise<void> => {
      for (const revision of upTo(EACH)) await logs[writer]?.append(appendOf(`volume-${writer}`, revision - 1n));
    };
    await Promise.all(upTo(WRITERS).map((writer) => write(Number(writer))));
    await following;
    const events = await all(follower.readAll());
    expect(seen).toEqual(ids(events));
    expect(positions(events)).toEqual(upTo(WRITERS * EACH).map((position) => position + 1n));
  });

  it('positions are whole beyond what a JavaScript number holds', async () => {
    const database = await newLog(server);
    const far = 2n ** 53n + 1n;
    const [zeros, insert] = ['0'.repeat(64), 'INSERT INTO scoria_events (position, stream, revision, id, body, hash)'];
    const row = (position: bigint, revision: bigint) =>
      `${insert} VALUES (${position}, 'far', ${revision}, '', '""', '${zeros}')`;
    await server.admin(database, row(far, 0n), row(far + 1n, 1n));
    const log = await open(database);
    expect(positions(await all(log.readAll({ after: far })))).toEqual([far + 1n]);
    expect(positions(await all(log.readAll({ upTo: far })))).toEqual([far]);
    await log.append(appendOf('far', 1n));
    expect(positions(await all(log.readStream('far', { from: 2n })))).toEqual([far + 2n]);
  });

  it('names and bodies are bytes: no collation, no case, no trailing blank makes two streams one', async () => {
    const database = await newLog(server);
    const log = await open(database);
    const names = ['kv-a', 'kv-A', 'kv-a ', 'kv-ä', 'kv-a\u0308', 'kv-ａ', 'kv-a\0', 'kv-ß', 'kv-ss', "kv-'\\"];
    for (const name of names) await log.append(appendOf(name, -1n));
    for (const name of names) expect((await all(log.readStream(name))).map(({ stream }) => stream)).toEqual([name]);
    const [[length] = []] = await server.admin(database, 'SELECT max(octet_length(stream)) FROM scoria_events');
    expect(Number(length)).toBe(Math.max(...names.map((name) => Buffer.byteLength(name))));
  });
});
