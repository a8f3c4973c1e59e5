import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nextLine, startChild } from '../eventlog/child.ts';
import { server, startStandIn } from '../eventlog/eventstoredb/opened.ts';
import { Shell } from './scoria.ts';

const shell = new Shell();
let records = 0;
const newLog = async (): Promise<string> => {
  records += 1;
  return `${await server()}&prefix=status-${process.pid}-${Date.now()}-${records}`;
};

/** The document that it prints whatever it finds, and its exit code. */
const status = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await shell.run(['status', ...args, '--json']);
  return { exit: code, ...JSON.parse(stdout), error: stderr === '' ? null : JSON.parse(stderr).error.code };
};

const codes = ({ findings }: { findings: readonly { readonly code: string }[] }) => findings.map(({ code }) => code);

/** The file in which this host has the read models of the one distant log that it knows. */
const projectionFile = (): string => {
  const directory = shell.path('.state/scoria/projections');
  const newest = readdirSync(directory).findLast((name) => name.includes('-') && name.endsWith('.db'));
  return join(directory, newest ?? '');
};

describe('scoria status', () => {
  test('says that all is well, and how far everything is', async () => {
    await shell.json('kv', 'set', 'a', '1', '--log', 'well.db');
    expect(await status('--log', 'well.db')).toMatchObject({
      exit: 0,
      ok: true,
      log: `sqlite:${shell.path('well.db')}`,
      head: '1',
      projections: [{ name: 'inventory', position: '1', lag: { events: 0, more: false, seconds: null } }, {}],
      sealing: { sealed_events: 0, lag: { events: 1 }, every_events: null, every_seconds: null },
      findings: [],
      error: null,
    });
    const { stdout, code } = await shell.run(['status', '--log', 'well.db']);
    expect({ stdout, code }).toMatchObject({ code: 0, stdout: expect.stringContaining('all is well') });
  });

  test('finds a sealing that is behind its policy, until somebody seals, and seals nothing itself', async () => {
    await shell.json('audit', 'key', 'create', 'status.key', '--log', ':memory:');
    const settings = ['log: sealed.db', 'audit_key_file: status.key', 'audit_every_events: 3'];
    await writeFile(shell.path('sealed.yaml'), `${settings.join('\n')}\n`);
    const here = ['--config', 'sealed.yaml'];
    for (const value of ['1', '2', '3']) await shell.json('kv', 'set', 'a', value, ...here);
    expect(await status(...here)).toMatchObject({ exit: 0, findings: [], sealing: { every_events: 3 } });
    await shell.json('kv', 'set', 'a', '4', ...here);
    for (const _again of [1, 2]) {
      expect(await status(...here)).toMatchObject({
        exit: 10,
        ok: false,
        error: 'SealerBehind',
        sealing: { sealed_events: 0, lag: { events: 4 } },
        findings: [{ code: 'SealerBehind', details: { events: 4, sealed: 0 } }],
      });
    }
    await shell.json('audit', 'seal', ...here);
    expect(await status(...here)).toMatchObject({ exit: 0, sealing: { sealed_events: 4, lag: { events: 0 } } });
  });

  test('finds a follower that is held back, and tells how far it is', async () => {
    const log = await newLog();
    await shell.json('kv', 'set', 'a', '1', '--log', log);
    expect(await status('--log', log)).toMatchObject({ exit: 0 });
    const holder = startChild('hold-lock', [projectionFile(), '0']);
    onTestFinished(() => void holder.process.kill());
    await nextLine(holder);
    await shell.json('kv', 'set', 'a', '2', '--log', log);
    const behind = await status('--log', log, '--within', '4');
    expect(behind).toMatchObject({ exit: 10, ok: false, error: 'FollowerBehind', sealing: null });
    expect(codes(behind)).toEqual(['FollowerBehind']);
    expect(behind.projections[0]).toMatchObject({ name: 'inventory', lag: { events: 1, more: false } });
    expect(behind.projections[0].lag.seconds).toBeGreaterThanOrEqual(0);
    const { stdout } = await shell.run(['status', '--log', log, '--within', '4']);
    expect(stdout).toMatch(/inventory .* 1 event, the oldest \d+ s old/);
    expect(stdout).toMatch(/FollowerBehind: .*another process holds them/);
    holder.process.stdin?.end();
    await holder.ended;
    expect(await status('--log', log)).toMatchObject({ exit: 0, findings: [] });
  });

  test('finds a server that is gone, and one that stands still, within its time', async () => {
    const standIn = await startStandIn();
    await shell.json('kv', 'set', 'a', '1', '--log', standIn.url);
    standIn.stop();
    const unreachable = {
      exit: 8,
      ok: false,
      log: `esdb://127.0.0.1:${standIn.port}`,
      head: null,
      projections: [],
      sealing: null,
      error: 'LogUnavailable',
      findings: [{ code: 'LogUnavailable' }],
    };
    expect(await status('--log', standIn.url, '--within', '1')).toMatchObject(unreachable);
    standIn.resume();
    expect(await status('--log', standIn.url)).toMatchObject({ exit: 0 });
    await standIn.kill();
    expect(await status('--log', standIn.url, '--within', '1')).toMatchObject(unreachable);
  });

  test('shows no credential of a log that cannot be reached', async () => {
    const log = 'postgres://ada@127.0.0.1:1/scoria?password=env:SCORIA_TEST_PASSWORD';
    for (const format of [[], ['--json']]) {
      const env = { SCORIA_TEST_PASSWORD: 'hunter22' };
      const { code, stdout, stderr } = await shell.run(['status', '--log', log, ...format], { env });
      expect(code).toBe(8);
      expect(stdout).toContain('LogUnavailable');
      expect(stdout + stderr).not.toContain('hunter22');
      expect(stderr).not.toContain('    at ');
    }
    const refused = await shell.run(['status', '--log', 'postgres://ada:hunter22@127.0.0.1:1/scoria']);
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).not.toContain('hunter22');
  });

  test('has nothing but a finding for a log that is not there', async () => {
    expect(await status('--log', 'missing.db')).toMatchObject({
      exit: 8,
      error: 'LogNotFound',
      log: 'missing.db',
      findings: [{ code: 'LogNotFound' }],
    });
  });
});

describe('scoria projection status', () => {
  test('tells how far each projection is from the head, and takes none of them further', async () => {
    const log = await newLog();
    await shell.json('kv', 'set', 'a', '1', '--log', log);
    await shell.json('kv', 'get', 'a', '--log', log);
    for (const value of ['2', '3']) await shell.json('kv', 'set', 'b', value, '--log', log);
    const before = await shell.json('projection', 'status', '--log', log);
    expect(await shell.json('projection', 'status', '--log', log)).toMatchObject(
      before.map(({ position, lag: { events } }: { position: string; lag: { events: number } }) => ({
        position,
        lag: { events },
      })),
    );
    // The last append was not read again by whoever made it.
    expect(before[0]).toMatchObject({ id: 'inventory', moves: 'with appends', lag: { events: 1, more: false } });
    expect(BigInt(before[0].head)).toBeGreaterThan(BigInt(before[0].position));
    expect(before[1]).toMatchObject({ id: 'capacity', moves: 'when read', position: '0', lag: { events: 3 } });
    await shell.json('kv', 'list', '--log', log);
    const [inventory] = await shell.json('projection', 'status', '--log', log);
    expect(inventory).toMatchObject({ position: inventory.head, lag: { events: 0, seconds: null } });
    const { code, stdout } = await shell.run(['projection', 'status', '--log', log]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/capacity .* 3 events, the oldest \d+ s old/);
  });
});
