import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, test } from 'vitest';
import { createEngine, loadConfiguration, migrateLog, silentLogger } from '../../src/index.ts';
import { holdsPassword } from '../../src/library/log-credential.ts';
import { MYSQL_WORDS, POSTGRESQL_WORDS, sqlPlace } from '../../src/library/sql-place.ts';
import { surroundingsOf } from '../../src/library/surroundings.ts';

const PASSWORD = 'hunter2-not-for-the-record';
const directory = mkdtempSync(join(tmpdir(), 'scoria-url-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const surroundings = { ...surroundingsOf({ logger: silentLogger }), lockTimeoutMs: 1_000 };
const postgresqlPlace = (url: string) => sqlPlace(new URL(url), POSTGRESQL_WORDS, surroundings);
const mysqlPlace = (url: string) => sqlPlace(new URL(url), MYSQL_WORDS, surroundings);

describe('the URL of a log', () => {
  it('says where the server is, and its name holds neither user nor credential', () => {
    expect(postgresqlPlace('postgresql://ada@db.example/scoria?password=env:SECRET')).toMatchObject({
      name: 'postgres://db.example:5432/scoria',
      host: 'db.example',
      port: 5432,
      socket: null,
      user: 'ada',
      database: 'scoria',
      tls: { verify: 'identity' },
    });
    expect(mysqlPlace('mariadb://ada:env:SECRET@[::1]:3307/s%C3%A4')).toMatchObject({
      name: 'mysql://[::1]:3307/sä',
      host: '::1',
      port: 3307,
      database: 'sä',
      tls: null,
    });
    expect(postgresqlPlace('postgres:///scoria?host=/run/postgresql')).toMatchObject({
      socket: '/run/postgresql',
      tls: null,
      password: null,
    });
  });

  it('goes encrypted over a network unless it says otherwise, and asks of the certificate what it says', () => {
    const verify = (url: string) => postgresqlPlace(url).tls?.verify ?? 'off';
    expect(verify('postgres://db.example/s')).toBe('identity');
    expect(verify('postgres://127.0.0.1/s')).toBe('off');
    expect(verify('postgres://localhost/s?sslmode=verify-ca')).toBe('authority');
    expect(verify('postgres://db.example/s?sslmode=require')).toBe('nothing');
    expect(verify('postgres://db.example/s?sslmode=disable')).toBe('off');
    expect(mysqlPlace('mysql://db.example/s?ssl-mode=VERIFY_CA').tls).toEqual({ verify: 'authority' });
  });

  it('leads to its password at each connection', async () => {
    const file = join(directory, 'password');
    const { password } = postgresqlPlace(`postgres://h/s?password=file:${encodeURIComponent(file)}`);
    await expect(password?.()).rejects.toMatchObject({
      code: 'LogAccessDenied',
      message: expect.stringContaining('cannot be read'),
    });
    for (const text of [PASSWORD, 'another']) {
      writeFileSync(file, `${text}\n`);
      expect(await password?.()).toBe(text);
    }
    const printed = postgresqlPlace(`postgres://u:${encodeURIComponent('command:printf %s from-a-vault')}@h/s`);
    expect(await printed.password?.()).toBe('from-a-vault');
  });

  it.each([
    ['a password', `postgres://ada:${PASSWORD}@db/s`, /holds a password/],
    ['a password as a parameter', `mysql://ada@db/s?password=${PASSWORD}`, /holds a password/],
    ['a password that makes it unreadable', `postgres://ada:${PASSWORD}@x@db:y/s`, /cannot be read/],
    ['a misspelt parameter', `postgres://ada@db/s?passwort=${PASSWORD}`, /parameter "passwort"/],
    ['no database', `postgres://ada@db/${PASSWORD}/s`, /names no database/],
    ['an unknown mode', `postgres://ada@db/s?sslmode=${PASSWORD}`, /unknown sslmode/],
    ['a file that is not there', 'postgres://ada@db/s?sslrootcert=/no/such.pem', /cannot be read \(ENOENT\)/],
    ['an unknown scheme', `oracle://ada:${PASSWORD}@db/s`, /begin with oracle:/],
  ])('with %s is refused, and nothing that may be a credential is shown', async (_, log, message) => {
    for (const opening of [createEngine, migrateLog]) {
      const error = await opening({ log, logger: silentLogger }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ code: 'InvalidInput', message: expect.stringMatching(message) });
      expect(JSON.stringify(error) + (error as Error).stack).not.toContain(PASSWORD);
    }
  });

  it('keeps the variables of clients from the programs that are started', async () => {
    process.env.PGPASSWORD = PASSWORD;
    postgresqlPlace('postgres://u@h/s');
    const { stdout } = await surroundings.run('env', []);
    delete process.env.PGPASSWORD;
    expect(stdout).toContain('PATH=');
    expect(stdout).not.toContain(PASSWORD);
  });

  it('is told from a path', () => {
    expect(['a.db', '/var/lib/a.db', ':memory:', 'C:/a.db', `postgres:${PASSWORD}`].map(holdsPassword)).toEqual(
      Array(5).fill(false),
    );
  });
});

describe('the URL of a log in a configuration', () => {
  const configured = async (log: string) => {
    const file = join(directory, 'scoria.yaml');
    writeFileSync(file, `project: web\nlog: ${JSON.stringify(log)}\n`);
    return loadConfiguration({ file, environment: {} });
  };

  it('is no path relative to the file', async () => {
    const url = 'postgres://ada@db/s?password=env:SECRET';
    expect((await configured(url)).engine.log).toBe(url);
  });

  it('with a password is refused where it stands', async () => {
    const error = await configured(`postgres://ada:${PASSWORD}@db/s`).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({
      code: 'InvalidConfiguration',
      message: expect.stringMatching(/scoria\.yaml:2:.*log.*holds a password.*\?password=env:NAME/),
    });
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain(PASSWORD);
    await expect(
      loadConfiguration({ file: null, environment: { SCORIA_LOG: `mysql://a:${PASSWORD}@db/s` } }),
    ).rejects.toMatchObject({ code: 'InvalidConfiguration', message: expect.stringContaining('SCORIA_LOG') });
  });
});

test('no client of a server is loaded before such a URL is opened', () => {
  const engine = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
  const script = `
    import { createRequire } from 'node:module';
    const { createEngine, silentLogger } = await import(${JSON.stringify(engine)});
    const clients = () => Object.keys(createRequire(${JSON.stringify(engine)}).cache)
      .some((file) => /node_modules.(pg|mysql2)./.test(file));
    await (await createEngine({ log: ':memory:', logger: silentLogger })).close();
    const before = clients();
    await createEngine({ log: 'postgres:///s?host=/no/where', logger: silentLogger }).catch(() => {});
    console.log(JSON.stringify([before, clients()]));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual([false, true]);
});
