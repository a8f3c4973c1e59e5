import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/index.ts';
import { openLogAt } from '../../../src/library/open-log.ts';
import { surroundingsOf } from '../../../src/library/surroundings.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

process.env[PASSWORD_VARIABLE] = PASSWORD;
const directory = mkdtempSync(join(tmpdir(), 'scoria-tls-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A certificate that is its own authority. */
const certificate = (name: string, subject: string) => {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const san = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subject}`];
  execFileSync('openssl', ['req', ...options, ...san, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  // The servers insist that it is theirs, and nobody else's.
  chmodSync(key, 0o600);
  if (process.getuid?.() === 0) chownSync(key, 65_534, 65_534);
  return { key, cert };
};
chmodSync(directory, 0o755);
const own = certificate('own', 'DNS:localhost,IP:127.0.0.1');
const named = certificate('named', 'DNS:db.example');
const foreign = certificate('foreign', 'DNS:localhost,IP:127.0.0.1');

await onEachServer(({ server }) => {
  const isMariadb = server.product === 'MariaDB';
  const settings = ({ key, cert }: typeof own) =>
    isMariadb ? [`ssl-key=${key}`, `ssl-cert=${cert}`] : ['ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${cert}`];
  const modes = isMariadb
    ? { require: 'REQUIRED', authority: 'VERIFY_CA', identity: 'VERIFY_IDENTITY' }
    : { require: 'require', authority: 'verify-ca', identity: 'verify-full' };
  const parameters = (mode: keyof typeof modes, ca?: string) => {
    const [modeName, caName] = isMariadb ? ['ssl-mode', 'ssl-ca'] : ['sslmode', 'sslrootcert'];
    return `&${modeName}=${modes[mode]}${ca === undefined ? '' : `&${caName}=${encodeURIComponent(ca)}`}`;
  };
  const open = async (url: string) => {
    const surroundings = surroundingsOf({ logger: silentLogger });
    const log = await openLogAt(url, { ...surroundings, ifMissing: 'create', lockTimeoutMs: 10_000 });
    onTestFinished(() => log.close());
    return log;
  };
  /** From here on the role is let in over TLS only. */
  const insistOnTls = async (): Promise<void> => {
    if (isMariadb) return void (await server.admin('mysql', "ALTER USER application@'127.0.0.1' REQUIRE SSL"));
    const hba = join(server.directory, 'data', 'pg_hba.conf');
    writeFileSync(hba, readFileSync(hba, 'utf8').replaceAll(/^host /gm, 'hostssl '));
    await server.admin('postgres', 'SELECT pg_reload_conf()');
  };

  let url = '';
  beforeAll(async () => {
    url = server.url(await newLog(server), 'application').replace('127.0.0.1', 'localhost');
  });

  const restarted = async (files: typeof own) => {
    await server.stop();
    await server.start(settings(files));
  };
  const untrusted = { code: 'LogUnavailable', message: expect.stringMatching(/no certificate that is trusted/) };

  it('a server without it is refused when it is asked for', async () => {
    await server.stop();
    await server.start(isMariadb ? ['skip-ssl'] : []);
    await expect(open(url + parameters('require'))).rejects.toMatchObject({
      code: 'LogUnavailable',
      message: expect.stringMatching(/takes no encrypted connections/),
    });
  });

  it('is used as the URL says, with an authority that it names', async () => {
    await restarted(own);
    await insistOnTls();
    await expect(open(url)).rejects.toMatchObject({ code: 'LogAccessDenied' });
    for (const mode of ['require', 'authority', 'identity'] as const) {
      const log = await open(url + parameters(mode, own.cert));
      expect(await log.head(), mode).toBe(0n);
    }
  });

  it('a server that is named by its address must prove the address, or is refused', async () => {
    const byAddress = url.replace('localhost', '127.0.0.1') + parameters('identity', own.cert);
    if (isMariadb) await expect(open(byAddress)).rejects.toMatchObject({ code: 'InvalidInput' });
    else expect(await (await open(byAddress)).head()).toBe(0n);
  });

  it('a certificate of another authority is refused, and taken when nothing is asked of it', async () => {
    await expect(open(url + parameters('identity', foreign.cert))).rejects.toMatchObject(untrusted);
    await expect(open(url + parameters('authority', foreign.cert))).rejects.toMatchObject(untrusted);
    await expect(open(url + parameters('identity'))).rejects.toMatchObject(untrusted);
    expect(await (await open(url + parameters('require'))).head()).toBe(0n);
  });

  it('a certificate for another name is refused, unless only its authority matters', async () => {
    await restarted(named);
    await expect(open(url + parameters('identity', named.cert))).rejects.toMatchObject(untrusted);
    expect(await (await open(url + parameters('authority', named.cert))).head()).toBe(0n);
  });
});
