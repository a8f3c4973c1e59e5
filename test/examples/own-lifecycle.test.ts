import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = 'examples/own-lifecycle';

const tested = async (directory: string): Promise<string> => {
  const file = join(directory, EXAMPLE, 'desks.test.ts');
  const run = promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { PATH: process.env.PATH },
  });
  return (await run.catch((error) => error)).stdout;
};

describe("the property test of one's own code", () => {
  test('holds', async () => {
    expect(await tested(ROOT)).toMatch(/^# pass 1$[\s\S]*^# fail 0$/m);
  });

  test('finds that the first volume of a name is not always usable', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scoria-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await cp(join(ROOT, EXAMPLE), join(directory, EXAMPLE), { recursive: true });
    for (const name of ['src', 'node_modules', 'package.json']) await symlink(join(ROOT, name), join(directory, name));
    const code = join(directory, EXAMPLE, 'desks.ts');
    const text = await readFile(code, 'utf8');
    const naive = text.replace("volumes.find(({ status }) => status === 'available')", 'volumes[0]');
    expect(naive).not.toBe(text);
    await writeFile(code, naive);
    const printed = await tested(directory);
    expect(printed).toMatch(/^# fail 1$/m);
    expect(printed).toContain('Property failed after');
    const [, shrunk = ''] = /Counterexample: (\[\[.*\]\])/.exec(printed) ?? [];
    expect(JSON.parse(shrunk.replaceAll('\\"', '"'))[0]).toHaveLength(2);
  });
});
