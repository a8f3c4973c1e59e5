import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEngine } from '../support/engine.ts';

/** A log that a process has open, and has written to since it was last moved into the file. */
const logInUse = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const log = join(directory, 'scoria.db');
  const engine = await openEngine({ log });
  await engine.keyValues.set('last', 'written');
  return { log, copy: join(directory, 'copy.db'), engine };
};

const lastOf = async (log: string): Promise<string | null> => (await openEngine({ log })).keyValues.get('last');

// What docs/how-to/back-up-and-restore.md says.
describe('a copy of a log in use', () => {
  test('by SQLite has everything', async () => {
    const { log, copy } = await logInUse();
    const source = new DatabaseSync(log, { readOnly: true });
    await backup(source, copy);
    source.close();
    expect(await lastOf(copy)).toBe('written');
  });

  test('of the file alone lacks what stands in the write-ahead log', async () => {
    const { log, copy } = await logInUse();
    expect((await stat(`${log}-wal`)).size).toBeGreaterThan(0);
    await copyFile(log, copy);
    const found = await lastOf(copy).catch((error) => error.code);
    expect([null, 'LogInvalid']).toContain(found);
  });

  test('of the file alone is whole once every process has closed it', async () => {
    const { log, copy, engine } = await logInUse();
    await engine.close();
    await copyFile(log, copy);
    expect(await lastOf(copy)).toBe('written');
  });
});
