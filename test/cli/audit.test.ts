import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Shell } from './scoria.ts';

const shell = new Shell();

beforeAll(async () => {
  await shell.json('audit', 'key', 'create', 'audit.key');
  await writeFile(shell.path('scoria.yaml'), 'audit_key_file: audit.key\naudit_notes_directory: notes\n');
  await shell.json('kv', 'set', 'a', '1', '--reason', '=1+1', '--user', 'ada');
});

describe('scoria audit', () => {
  test('makes a key that only its owner can read, and prints none of it', async () => {
    const { mode } = await stat(shell.path('audit.key'));
    expect((mode & 0o777).toString(8)).toBe('600');
    const again = await shell.run(['audit', 'key', 'create', 'audit.key']);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('InvalidAuditKey') });
    const key = await readFile(shell.path('audit.key'), 'utf8');
    expect(again.stdout + again.stderr).not.toContain(key.split('\n')[1]);
  });

  test('says that nothing is sealed, before it is', async () => {
    expect(await shell.json('audit', 'verify')).toMatchObject({ events: 1, sealed: 0, unsealed: 1, keys: [] });
    expect(await shell.run(['audit', 'key', 'show'])).toMatchObject({ code: 4 });
    expect(await shell.run(['audit', 'prove', '1'])).toMatchObject({ code: 4 });
  });

  test('seals in many processes at once, and every checkpoint holds', async () => {
    const given = await Promise.all(
      [1, 2, 3].flatMap((value) => [
        shell.run(['kv', 'set', 'b', String(value)]),
        shell.run(['audit', 'seal', '--reason', `sealing ${value}`]),
      ]),
    );
    expect(given.map(({ code, stderr }) => [code, stderr])).toEqual(given.map(() => [0, '']));
    await shell.json('audit', 'seal');
    const { checkpoints, notes } = await shell.json('audit', 'verify');
    expect(notes).toEqual({ held: checkpoints, abandoned: 0 });
    expect(await readdir(shell.path('notes'))).toHaveLength(checkpoints);
  });

  test('verifies an export without its log, and tells where it was changed', async () => {
    const shown = await shell.run(['audit', 'key', 'show']);
    await writeFile(shell.path('vkey'), shown.stdout);
    const exported = await shell.json('audit', 'export', 'record.ndjson');
    const offline = ['audit', 'verify', 'record.ndjson', '--notes', 'notes', '--key', 'vkey', '--log', '/no/such.db'];
    const verified = await shell.json(...offline);
    expect(verified).toMatchObject({ events: exported.events, keys: [shown.stdout.trim()] });

    const lines = (await readFile(shell.path('record.ndjson'), 'utf8')).split('\n');
    await writeFile(
      shell.path('record.ndjson'),
      lines.with(1, lines[1]?.replace('"command":"', '"command":"X') ?? '').join('\n'),
    );
    const changed = await shell.run([...offline, '--json']);
    expect(changed.code).toBe(8);
    expect(JSON.parse(changed.stderr)).toMatchObject({
      error: { code: 'RecordBroken', details: { line: 2, position: '2' } },
    });
    const missing = await shell.run(['audit', 'verify', 'no-such.ndjson']);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
    const none = await shell.run(['audit', 'verify', 'record.ndjson', '--notes', '.']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no notes') });
  });

  test('demands a note that is trusted', async () => {
    const [note = ''] = await readdir(shell.path('notes'));
    expect(await shell.json('audit', 'verify', '--note', `notes/${note}`)).toMatchObject({ notes: { held: 1 } });
    const text = await readFile(shell.path(`notes/${note}`), 'utf8');
    await writeFile(shell.path('other.note'), text.replace(/\n\d+\n/, '\n9999\n'));
    const forged = await shell.run(['audit', 'verify', '--note', 'other.note']);
    expect(forged).toMatchObject({ code: 8, stderr: expect.stringContaining('other.note bears a signature') });
  });

  test('proves one event, and refuses a proof that was changed', async () => {
    await shell.json('audit', 'prove', '1', 'one.tlog-proof');
    const proven = await shell.json('audit', 'check', 'one.tlog-proof', '--key', 'vkey');
    expect(proven).toMatchObject({ kind: 'inclusion', index: 0, event: { data: { key: 'a', value: '1' } } });
    const proof = await readFile(shell.path('one.tlog-proof'), 'utf8');
    await writeFile(shell.path('one.tlog-proof'), proof.replace('index 0', 'index 1'));
    const changed = await shell.run(['audit', 'check', 'one.tlog-proof', '--key', 'vkey']);
    expect(changed).toMatchObject({ code: 2, stderr: expect.stringContaining('InvalidProof') });
  });

  test('reports as CSV that no spreadsheet runs, and as JSON', async () => {
    const csv = await shell.run(['audit', 'report', '--csv', '--actor', 'ada']);
    const [header, row, ...more] = csv.stdout.split('\r\n');
    expect(header).toMatch(/^position,at,user,project,command,stream,reason,outcome,/);
    expect(row).toMatch(/^1,.*,ada,scoria,SetKeyValue,kv-a,'=1\+1,done,/);
    expect(more).toEqual(['']);
    expect(await shell.json('audit', 'report', '--to', '1')).toMatchObject([{ position: '1', outcome: 'done' }]);
    expect(await shell.run(['audit', 'report', '--csv', '--json'])).toMatchObject({ code: 2 });
  });

  test('accepts a rollback only with a reason', async () => {
    const refused = await shell.run(['kv', 'list', '--log', ':memory:']);
    expect(refused).toMatchObject({ code: 8, stderr: expect.stringContaining('LogRolledBack') });
    expect(await shell.run(['audit', 'accept'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    });
    expect(await shell.run(['audit', 'accept', '--reason', 'none'])).toMatchObject({ code: 4 });
  });

  test('refuses by policy', async () => {
    const env = { SCORIA_REQUIRE_REASON: 'true', SCORIA_ALLOWED_ACTORS: '["ada"]' };
    const refused = await shell.run(['kv', 'set', 'a', '2', '--user', 'ada'], { env });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('RefusedByPolicy') });
    const other = await shell.run(['kv', 'set', 'a', '2', '--user', 'eve', '--reason', 'r'], { env });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('eve@scoria may not') });
    expect(await shell.json('kv', 'get', 'a')).toMatchObject({ value: '1' });
  });
});
