import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import { silentLogger } from '../../src/index.ts';
import { createHostExecutors } from '../../src/library/host-executors.ts';

const EXECUTORS = fileURLToPath(new URL('../../src/library/host-executors.ts', import.meta.url));
const TELL = `const { own } = await (await import(${JSON.stringify(EXECUTORS)})).createHostExecutors(null); console.log(own);`;
const UNTIL_TOLD = `${TELL} process.stdin.once('data', () => process.exit());`;

const run = createCommandRunner({ rootHelper: '', log: silentLogger });

const told = async (child: ReturnType<typeof spawn>): Promise<string> => {
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return String(line).trim();
};

test('an executor is gone when its process has ended', async () => {
  const { isGone } = await createHostExecutors(run);
  const child = spawn(process.execPath, ['--eval', UNTIL_TOLD], { stdio: ['pipe', 'pipe', 'inherit'] });
  const executor = await told(child);
  expect(await isGone(executor)).toBe(false);
  child.stdin?.write('end\n');
  await once(child, 'close');
  expect(await isGone(executor)).toBe(true);
});

test('a zombie is gone', async () => {
  const { isGone } = await createHostExecutors(run);
  // Its parent becomes a program that never asks how it ended.
  const script = `"$0" --eval "$1" & exec sleep 600`;
  const child = spawn('sh', ['-c', script, process.execPath, TELL], { stdio: ['ignore', 'pipe', 'inherit'] });
  const executor = await told(child);
  expect(await vi.waitUntil(() => isGone(executor), { interval: 10, timeout: 20_000 })).toBe(true);
});

test.for<[string, (parts: readonly string[]) => string, boolean]>([
  ['itself', ([host, pid, instance]) => `${host}/${pid}/${instance}`, false],
  ['of the same id, started at another time', ([host, pid, instance]) => `${host}/${pid}/1${instance}`, true],
  ['of another boot', ([host, pid, instance]) => `${host}/${pid}/${instance?.replace(/\.\w+\./, '.0af3.')}`, true],
  [
    'of another namespace',
    ([host, pid, instance]) => `${host}/${pid}/${instance?.replace(/\.\d+\.(?=[^.]*$)/, '.1.')}`,
    false,
  ],
  ['of another host', ([, pid, instance]) => `elsewhere/${pid}/1${instance}`, false],
  ['that does not say what it is', ([host]) => `${host}/999999/0195513e`, false],
  ['that is nonsense', () => 'nonsense', false],
])('a process %s', async ([, change, gone]) => {
  const { own, isGone } = await createHostExecutors(run);
  expect(await isGone(change(own.split('/')))).toBe(gone);
});
