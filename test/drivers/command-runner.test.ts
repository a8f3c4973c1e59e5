import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { endCommandsOf } from '../../src/drivers/abandoned-commands.ts';
import { CommandError, createCommandRunner } from '../../src/drivers/command-runner.ts';
import { asOperation } from '../../src/drivers/current-operation.ts';
import { type Logger, silentLogger } from '../../src/logging.ts';
import { Secret } from '../../src/secret.ts';

const CANARY = 'canary-secret-8731';
const run = createCommandRunner({ rootHelper: 'sudo', log: silentLogger, graceMs: 200 });

const errorOf = async (call: Promise<unknown>): Promise<CommandError> => {
  const error = await call.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommandError);
  return error as CommandError;
};

/** Everything that a logger, a developer or an error reporter could show of an error. */
const everythingOf = (error: CommandError): string =>
  [
    error.message,
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 9, showHidden: true }),
  ].join();

test('gives what a program printed, without a shell in between', async () => {
  expect(await run('printf', ['%s|', '$HOME', 'a b', ';id'])).toEqual({ stdout: '$HOME|a b|;id|', exitCode: 0 });
});

test('takes expected exit codes as answers', async () => {
  expect(await run('sh', ['-c', 'echo no; exit 3'], { expectedExitCodes: [0, 3] })).toEqual({
    stdout: 'no',
    exitCode: 3,
  });
});

test('tells what a program says on standard error, while it works', async () => {
  const told = Promise.withResolvers<string>();
  const ended = run('sh', ['-c', 'echo half >&2; read -r _; echo all'], { onStderr: told.resolve, timeoutMs: 60_000 });
  expect(await told.promise).toBe('half\n');
  expect((await ended).stdout).toBe('all');
});

test('gives input and environment, of which a secret is one', async () => {
  expect((await run('cat', [], { input: new Secret(CANARY) })).stdout).toBe(CANARY);
  expect((await run('sh', ['-c', 'echo $PASS'], { env: { PASS: new Secret(CANARY) } })).stdout).toBe(CANARY);
  expect((await run('cat', [])).stdout).toBe('');
});

test('tells exit code and end of standard error, and neither arguments, input nor environment', async () => {
  const script = 'read line; echo "wrong $line for $PASS" >&2; exit 7';
  const error = await errorOf(
    run('sh', ['-c', script, 'argument-5520'], {
      input: new Secret(CANARY),
      env: { PASS: new Secret('other-canary') },
    }),
  );
  expect(error).toMatchObject({ program: 'sh', exitCode: 7, signal: null, timedOut: false, started: true });
  expect(error.stderr).toBe('wrong [secret] for [secret]');
  expect(error.message).toBe('sh ended with exit code 7: wrong [secret] for [secret]');
  expect(error.cause).toBeUndefined();
  for (const hidden of [CANARY, 'other-canary', 'argument-5520', 'read line', 'PASS']) {
    expect(everythingOf(error)).not.toContain(hidden);
  }
});

test('keeps 2 kB of standard error at most, cut between characters', async () => {
  const error = await errorOf(
    run('sh', ['-c', 'i=0; while [ $i -lt 999 ]; do printf "é€😀" >&2; i=$((i+1)); done; exit 1']),
  );
  expect(Buffer.byteLength(error.stderr)).toBeLessThanOrEqual(2048);
  expect(Buffer.byteLength(error.stderr)).toBeGreaterThan(2040);
  expect(error.stderr.isWellFormed()).toBe(true);
  expect(error.stderr).not.toContain('\uFFFD');
});

test('says that a program is missing', async () => {
  const error = await errorOf(run('scoria-no-such-program', [CANARY]));
  expect(error.message).toBe(
    'scoria-no-such-program cannot run: the program "scoria-no-such-program" is not on this host',
  );
  expect(error).toMatchObject({ started: false, exitCode: null });
  expect(everythingOf(error)).not.toContain(CANARY);
});

test('says that a program cannot be started', async () => {
  const error = await errorOf(run('/etc/passwd', []));
  expect(error.message).toContain('EACCES');
  expect(error.started).toBe(false);
});

/** A zombie is dead: process 1 may take its time to reap it. */
const isAlive = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '');
};

const pidsIn = (text: string): number[] => text.trim().split(/\s+/).map(Number);

test('ends a program and its children when its time is up', async () => {
  const error = await errorOf(run('sh', ['-c', 'sleep 600 & echo $$ $! >&2; wait'], { timeoutMs: 300 }));
  expect(error).toMatchObject({ timedOut: true, cancelled: false, started: true });
  expect(error.message).toBe('sh did not end within 300 ms and was stopped');
  const pids = pidsIn(error.stderr);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await vi.waitUntil(async () => !(await isAlive(pid)), { timeout: 10_000 });
});

test('ends even what ignores SIGTERM', async () => {
  const script = 'trap "" TERM; (trap "" TERM; while :; do sleep 1; done) & echo $$ $! >&2; while :; do sleep 1; done';
  const error = await errorOf(run('sh', ['-c', script], { timeoutMs: 300 }));
  expect(error).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  for (const pid of pidsIn(error.stderr)) await vi.waitUntil(async () => !(await isAlive(pid)), { timeout: 10_000 });
});

test('does not wait for a descendant that left the group and keeps the output open', async () => {
  const error = await errorOf(run('sh', ['-c', 'setsid sleep 600 & echo $! >&2; exit 0'], { timeoutMs: 300 }));
  expect(error.timedOut).toBe(true);
  for (const pid of pidsIn(error.stderr)) process.kill(pid, 'SIGKILL');
});

test('ends a program when it is cancelled, and does not start one that was cancelled before', async () => {
  const cancelling = new AbortController();
  const call = errorOf(run('sh', ['-c', 'echo begun >&2; exec sleep 600'], { signal: cancelling.signal }));
  await turn();
  cancelling.abort();
  expect(await call).toMatchObject({ cancelled: true, timedOut: false, started: true });
  const late = await errorOf(run('sleep', ['600'], { signal: cancelling.signal }));
  expect(late).toMatchObject({ cancelled: true, started: false });
});

test('goes through the root helper when it is not root and asked to', async () => {
  const user = createCommandRunner({ rootHelper: ' env  HELPED=yes ', log: silentLogger, isRoot: false });
  expect((await user('sh', ['-c', 'echo $HELPED'], { root: true })).stdout).toBe('yes');
  expect((await user('sh', ['-c', 'echo $HELPED'])).stdout).toBe('');
  const root = createCommandRunner({ rootHelper: 'env HELPED=yes', log: silentLogger, isRoot: true });
  expect((await root('sh', ['-c', 'echo $HELPED'], { root: true })).stdout).toBe('');
  const none = createCommandRunner({ rootHelper: '', log: silentLogger, isRoot: false });
  expect((await none('echo', ['here'], { root: true })).stdout).toBe('here');
  const broken = createCommandRunner({ rootHelper: 'no-such-helper -n', log: silentLogger, isRoot: false });
  expect((await errorOf(broken('echo', [], { root: true }))).message).toContain('"no-such-helper" is not on this host');
});

test('logs the program and how it ended, and nothing else of it', async () => {
  const lines: unknown[] = [];
  const log: Logger = { ...silentLogger, debug: (fields, message) => void lines.push({ ...fields, message }) };
  await createCommandRunner({ rootHelper: '', log })('echo', [CANARY]);
  expect(lines).toEqual([
    { program: 'echo', exitCode: 0, signal: null, durationMs: expect.any(Number), message: 'Command ended' },
  ]);
});

test('runs many programs at once without a warning', async () => {
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 30 }, () => run('true', [], { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test("ends what an interrupted operation's commands still run, and nobody else's", async () => {
  const script = 'setsid sleep 600 & sleep 600 & echo started >&2; wait';
  const dead = errorOf(
    asOperation({ commandId: 'interrupted', assertOurs: async () => {} }, () => run('sh', ['-c', script])),
  );
  const cancelling = new AbortController();
  const living = errorOf(
    asOperation({ commandId: 'another', assertOurs: async () => {} }, () =>
      run('sleep', ['600'], { signal: cancelling.signal }),
    ),
  );
  expect(await endCommandsOf({ commandId: 'interrupted', sinceTicks: 0n }, run)).toBe(true);
  expect(await dead).toMatchObject({ signal: 'SIGKILL', timedOut: false });
  cancelling.abort();
  expect(await living).toMatchObject({ cancelled: true });
});

test("ends no daemon of LVM's that such a command started", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-daemon-'));
  const daemon = join(directory, 'dmeventd');
  await copyFile('/bin/sleep', daemon);
  const child = spawn(daemon, ['600'], { env: { SCORIA_OPERATION: 'of-lvm' } });
  onTestFinished(async () => {
    child.kill();
    await rm(directory, { recursive: true });
  });
  await once(child, 'spawn');
  expect(await endCommandsOf({ commandId: 'of-lvm', sinceTicks: 0n }, run)).toBe(true);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
});

test('ends its programs when the process ends', async () => {
  const source = new URL('../../src/drivers/command-runner.ts', import.meta.url).href;
  const mark = new URL('../../src/drivers/current-operation.ts', import.meta.url).href;
  const child = `
    import { createCommandRunner } from ${JSON.stringify(source)};
    import { asOperation } from ${JSON.stringify(mark)};
    const quiet = { debug() {} };
    void asOperation({ commandId: 'ending', assertOurs: async () => {} }, () => createCommandRunner({ rootHelper: '', log: quiet })('sleep', ['600']));
    process.exit(0);`;
  await run(process.execPath, ['--input-type=module', '--eval', child]);
  await vi.waitUntil(
    async () => {
      const ps = (
        await run(
          'sh',
          ['-c', 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c "^SCORIA_OPERATION=ending$"'],
          { expectedExitCodes: [0, 1] },
        )
      ).stdout;
      return ps.trim() === '0';
    },
    { timeout: 10_000 },
  );
});
