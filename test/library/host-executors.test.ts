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

const MACHINE = { machine: 'aaaa', boot: 'b002', namespace: '4026531836' };

/** An executor as it is written, with some of its parts changed. */
const executorWith = (own: string, change: Readonly<Record<string, string>>): string => {
  const [host, pid, instance = ''] = own.split('/');
  const [ticks, boot, namespace, id, machine] = instance.split('.');
  const parts = { host, pid, ticks, boot, namespace, id, machine, ...change };
  return `${parts.host}/${parts.pid}/${[parts.ticks, parts.boot, parts.namespace, parts.id, parts.machine].join('.')}`;
};

test.for<[string, Readonly<Record<string, string>>, boolean]>([
  ['itself', {}, false],
  ['of the same id, started at another time', { ticks: '1' }, true],
  ['that has ended', { pid: '999999999' }, true],
  ['that has ended, of a host by another name on this machine', { host: 'elsewhere', pid: '999999999' }, true],
  ['of an earlier boot of this machine', { boot: 'b001' }, true],
  ['of an earlier boot of this machine, which had another name', { boot: 'b001', host: 'elsewhere' }, false],
  ['of another machine of the same name', { boot: 'b001', machine: 'cccc', ticks: '1' }, false],
  ['of a container of the same name', { boot: 'b001', machine: '', ticks: '1' }, false],
  ['of another container of this machine', { namespace: '4026532000', ticks: '1' }, false],
])('a process %s', async ([, change, gone]) => {
  const { own, isGone } = await createHostExecutors(run, 'storage-1', MACHINE);
  expect(await isGone(executorWith(own, change))).toBe(gone);
});

test('a container does not say which machine it is on, and takes nobody of another boot for gone', async () => {
  const { own, isGone } = await createHostExecutors(run, 'storage-1', { ...MACHINE, machine: '' });
  expect(await isGone(executorWith(own, { boot: 'b001', ticks: '1' }))).toBe(false);
});

test.for<[string, string, boolean]>([
  ['of an older version that has ended', 'storage-1/999999999/100.b002.4026531836.0195513e', true],
  ['of an older version and another boot', 'storage-1/7/100.b001.4026531836.0195513e', false],
  ['that does not say what it is', 'storage-1/999999/0195513e', false],
  ['that is nonsense', 'nonsense', false],
])('a process %s', async ([, executor, gone]) => {
  const { isGone } = await createHostExecutors(run, 'storage-1', MACHINE);
  expect(await isGone(executor)).toBe(gone);
});
