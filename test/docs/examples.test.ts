import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFile(join(root, path), 'utf8');

describe('examples', async () => {
  const examples = (await readdir(join(root, 'examples'))).filter((name) => name.endsWith('.ts'));

  test.each(examples)('%s runs', async (name) => {
    const scratch = await mkdtemp(join(tmpdir(), 'scoria-'));
    onTestFinished(() => rm(scratch, { recursive: true }));
    const { stdout, stderr } = await run(process.execPath, [join(root, 'examples', name)], {
      cwd: scratch,
      env: { ...process.env, TMPDIR: scratch },
    });
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
  });
});

describe('the README', () => {
  test('names scripts and pages that are there', async () => {
    const page = await read('README.md');
    const { scripts } = JSON.parse(await read('package.json'));
    const named = [...page.matchAll(/npm run (?:--silent )?(?<script>[a-z:]+)/g)].map(({ groups }) => groups?.script);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...new Set(named)]));
    for (const [, path] of page.matchAll(/\]\((?!http)([^)]+)\)/g)) {
      await expect(readdir(join(root, path ?? '')).catch(() => read(path ?? ''))).resolves.toBeDefined();
    }
  });
});
