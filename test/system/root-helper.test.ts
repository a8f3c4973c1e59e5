import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const sources = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../src/drivers/${file}`, import.meta.url)));

/** Run as `nobody`: a program as root is left behind, then ended as recovery does it. Prints what is left of it. */
const SCRIPT = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { endCommandsOf } from ${sources('abandoned-commands.ts')};
  import { createCommandRunner } from ${sources('command-runner.ts')};
  import { asOperation } from ${sources('current-operation.ts')};
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const run = createCommandRunner({ rootHelper: 'sudo -n', log });
  const sleepers = () => readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync('/proc/' + pid + '/cmdline', 'utf8') === 'sleep\\0' + process.argv[2] + '\\0';
    } catch {
      return false;
    }
  }).length;
  const left = asOperation({ commandId: 'interrupted', assertOurs: async () => {} }, () => run('sleep', [process.argv[2]], { root: true })).catch(() => {});
  while (sleepers() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const other = await endCommandsOf({ commandId: 'another', sinceTicks: 0n }, run);
  const before = sleepers();
  const ended = await endCommandsOf({ commandId: 'interrupted', sinceTicks: 0n }, run);
  await left;
  console.log(JSON.stringify({ user: process.getuid() !== 0, other, before, ended, after: sleepers() }));
`;

/**
 * In a mount namespace of its own, so that this machine's rules for sudo stay as they are. It may look into the
 * directories of this checkout, wherever that is, and not into other users' processes.
 */
const AS_NOBODY = `
  mount --bind "$1" /etc/sudoers.d
  reading='--inh-caps +dac_read_search --ambient-caps +dac_read_search'
  exec setpriv --reuid nobody --regid nogroup --clear-groups $reading "$2" "$3" "$4"
`;

test('what an interrupted operation runs as root is ended through the root helper, and nothing else', async () => {
  const rules = mkdtempSync(join(tmpdir(), 'scoria-sudoers-'));
  try {
    chmodSync(rules, 0o755);
    const rule = 'nobody ALL=(ALL) NOPASSWD: ALL\nDefaults env_keep += "SCORIA_OPERATION"\n';
    writeFileSync(join(rules, 'scoria'), rule, { mode: 0o440 });
    const script = join(rules, 'script.mjs');
    writeFileSync(script, SCRIPT, { mode: 0o644 });
    const seconds = String(100_000 + process.pid);
    const args = ['--mount', 'sh', '-euc', AS_NOBODY, 'sh', rules, process.execPath, script, seconds];
    const child = spawn('unshare', args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ user: true, other: true, before: 1, ended: true, after: 0 });
  } finally {
    rmSync(rules, { recursive: true });
  }
});
