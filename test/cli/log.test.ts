import { describe, expect, test } from 'vitest';
import { Shell } from './scoria.ts';

const lived = async () => {
  const shell = new Shell();
  await shell.json('backend', 'add', 'store', '--driver', 'file', '--set', `directory=${shell.path('volumes')}`);
  await shell.json('volume', 'create', 'store', '1', '--name', 'data');
  return shell;
};

describe('scoria log copy', () => {
  test('gives a log that holds the same, and goes on when more has come', async () => {
    const shell = await lived();
    const first = await shell.json('log', 'copy', 'scoria.db', 'copy.db');
    expect(first).toMatchObject({ found: 0, sealed_streams: 0 });
    expect(await shell.json('log', 'check', 'scoria.db', 'copy.db')).toMatchObject({ same: first.copied, one: null });
    expect(await shell.json('--log', 'copy.db', 'volume', 'list')).toEqual(await shell.json('volume', 'list'));
    await shell.json('kv', 'set', 'a', '1');
    expect(await shell.json('log', 'copy', 'scoria.db', 'copy.db')).toMatchObject({ found: first.copied, copied: 1 });
  });

  test('refuses a log that holds anything else, and one that is not there', async () => {
    const [shell, other] = [await lived(), await lived()];
    const into = await shell.run(['log', 'copy', 'scoria.db', other.path('scoria.db')]);
    expect(into).toMatchObject({ code: 8, stdout: '' });
    expect(into.stderr).toContain('another history');
    expect(await shell.run(['log', 'copy', 'nothing.db', 'copy.db'])).toMatchObject({ code: 8 });
  });
});

test('scoria log check tells where two logs part, and ends with 9', async () => {
  const shell = await lived();
  const { copied } = await shell.json('log', 'copy', 'scoria.db', 'copy.db');
  await shell.json('kv', 'set', 'a', '1');
  const { code, stdout, stderr } = await shell.run(['log', 'check', 'scoria.db', 'copy.db', '--json']);
  expect(code).toBe(9);
  expect(JSON.parse(stdout)).toEqual({ same: copied, one: 'kv-a@0', other: null });
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'LogsDiffer' });
});
