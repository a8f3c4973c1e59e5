import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../../src/index.ts';

const CHILD = join(import.meta.dirname, 'children/out-of-files.ts');

const elsewhere = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'scoria-limits-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
};

describe('a process that has no file descriptor left', () => {
  test('says so where it opens, drives or copies, loses nothing, and goes on when it has some', async () => {
    const directory = elsewhere();
    const limited = ['-c', 'ulimit -n 100 && exec "$@"', 'sh', process.execPath, CHILD, directory];
    const { stdout } = await execa('sh', limited);
    const said = JSON.parse(stdout);
    expect(said.opened).toMatchObject({ code: 'LogUnavailable', remedy: expect.stringMatching(/ulimit -n/) });
    expect(said.created).toMatchObject({ code: 'DriverFailed', remedy: expect.stringMatching(/limit of open files/) });
    expect(said.cloned).toMatchObject({ code: 'DriverFailed', remedy: expect.stringMatching(/limit of open files/) });
    // The log is open already.
    expect(said.recorded).toBe('b');
    expect(said.afterwards).toBe('available');
    expect(said.open).toEqual([]);
    await using engine = await createEngine({ log: join(directory, 'scoria.db'), ifMissing: 'refuse' });
    const statuses = (await engine.volumes()).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['available', 'available', 'error', 'error']);
    expect(readdirSync(join(directory, 'volumes'))).toHaveLength(2);
  });
});

describe('a limit on the size of files', () => {
  test('is an error of the log that leaves it whole', async () => {
    const log = join(elsewhere(), 'scoria.db');
    const main = join(import.meta.dirname, '../../../src/cli/main.ts');
    const limited = (blocks: string, value: string) =>
      execa(
        'bash',
        [
          '-c',
          `ulimit -f ${blocks} && exec "$@"`,
          'bash',
          process.execPath,
          main,
          'kv',
          'set',
          'a',
          value,
          '--log',
          log,
        ],
        { reject: false },
      );
    expect((await limited('unlimited', 'before')).exitCode).toBe(0);
    const refused = await limited('80', 'x'.repeat(100_000));
    expect(refused.exitCode).toBe(8);
    expect(refused.stderr).toMatch(/code: LogUnavailable/);
    await using engine = await createEngine({ log, ifMissing: 'refuse' });
    expect(await engine.keyValues.get('a')).toBe('before');
  });
});
