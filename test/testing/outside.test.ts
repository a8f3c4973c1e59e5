import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOORS = { '.': 'src/index.ts', './testing': 'src/testing.ts' };

let folder: string;

/** What `npm install scoria zod vitest` would bring, with the sources in the place of what is built of them. */
const installInto = async (directory: string): Promise<void> => {
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, 'scoria'), { recursive: true });
  for (const name of ['zod', 'vitest', 'fast-check', '@types']) {
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  const exports = Object.fromEntries(Object.entries(DOORS).map(([door, file]) => [door, `./${file.slice(4, -3)}.js`]));
  for (const file of Object.values(DOORS)) {
    const door = join(modules, 'scoria', `${file.slice(4, -3)}.js`);
    await writeFile(door, `export * from 'file://${join(ROOT, file)}';\n`);
  }
  await writeFile(join(modules, 'scoria/package.json'), JSON.stringify({ name: 'scoria', type: 'module', exports }));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
};

/** The files that the page has its reader write. */
const filesIn = async (page: string): Promise<ReadonlyMap<string, string>> => {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = text.matchAll(/<!-- (?<file>[\w.]+\.ts) -->\n```ts\n(?<code>[\s\S]*?)```/g);
  return new Map([...blocks].map(({ groups }) => [groups?.file ?? '', groups?.code ?? '']));
};

const run = async (...args: readonly string[]) => {
  const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch((error) => error);
  return stdout as string;
};

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'scoria-outside-')));
  await installInto(folder);
  for (const [file, code] of await filesIn('docs/how-to/write-a-driver.md')) await writeFile(join(folder, file), code);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a driver's author, in a folder of their own", () => {
  test('tests the driver in three lines of vitest', async () => {
    expect(
      (await readFile(join(folder, 'driver.test.ts'), 'utf8'))
        .split('\n')
        .filter((line) => line.startsWith('describe')),
    ).toHaveLength(1);
    const printed = await run(join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=verbose');
    expect(printed).toMatch(/✓ .*driver shelf > deletes twice, and what never was/);
    expect(printed).toMatch(/↓ .*driver shelf > clones, as large or larger/);
    expect(printed).toMatch(/Tests +\d+ passed \| \d+ skipped/);
    expect(await readdir(join(folder, 'tested'))).toEqual([]);
  });

  test('tests it in three lines of node:test', async () => {
    const three = (await readFile(join(folder, 'driver.test.ts'), 'utf8')).replace("'vitest'", "'node:test'");
    await writeFile(join(folder, 'with-node.ts'), three);
    const printed = await run('--test', '--test-reporter=tap', 'with-node.ts');
    expect(printed).toMatch(/^ +ok \d+ - deletes twice, and what never was$/m);
    expect(printed).toMatch(/^ +ok \d+ - clones, as large or larger # SKIP the driver has no clone$/m);
    expect(printed).toMatch(/^# fail 0$/m);
    expect(printed).not.toMatch(/^# pass 0$/m);
  });

  test('sees a broken promise in the words of the check', async () => {
    const driver = await readFile(join(folder, 'driver.ts'), 'utf8');
    const spoilt = driver.replace('rm(pathOf(id), { force: true })', 'rm(pathOf(id))');
    expect(spoilt).not.toBe(driver);
    await writeFile(join(folder, 'spoilt.ts'), spoilt);
    const three = (await readFile(join(folder, 'driver.test.ts'), 'utf8')).replace("'vitest'", "'node:test'");
    await writeFile(join(folder, 'of-spoilt.ts'), three.replace('./driver.ts', './spoilt.ts'));
    const printed = await run('--test', '--test-reporter=tap', '--test-name-pattern=deletes twice', 'of-spoilt.ts');
    expect(printed).toMatch(/^ +not ok \d+ - deletes twice, and what never was$/m);
    expect(printed).toContain('deleteVolume of what is gone must succeed');
  });
});

test('an event log is tested in three lines of node:test', async () => {
  const three = [
    "import { describe, test } from 'node:test';",
    "import { describeEventLog } from 'scoria/testing';",
    `import { createMemoryLog } from 'file://${join(ROOT, 'src/eventlog/memory.ts')}';`,
    "describeEventLog('mine', async () => ({ log: createMemoryLog() }), { describe, test });",
  ];
  await writeFile(join(folder, 'log.ts'), three.join('\n'));
  const printed = await run('--test', '--test-reporter=tap', 'log.ts');
  expect(printed).toMatch(/^ +ok \d+ - agrees with a model of streams$/m);
  expect(printed).toMatch(/^# fail 0$/m);
});
