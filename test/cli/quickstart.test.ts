import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Shell } from './scoria.ts';

const asRoot = process.getuid?.() === 0;

const loopDevicesIn = (directory: string): readonly string[] =>
  spawnSync('losetup', ['-a'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(directory));

const STEPS = [
  ...['backend', 'create', 'attach', 'write', 'snapshot', 'overwrite', 'extend', 'detach'],
  ...['clone', 'restore', 'delete', 'revert', 'delete'],
];

describe('scoria quickstart', () => {
  const shell = new Shell();

  test('runs twice on the same log, and leaves a log that tells it all', async () => {
    const first = await shell.json('quickstart', '--log', 'q/quick.db');
    expect(first).toMatchObject({
      log: shell.path('q/quick.db'),
      volumes_directory: shell.path('q/scoria-quickstart-volumes'),
      device: asRoot ? 'loop device' : 'file',
      dump_equals_replay: true,
      volumes_then: [{ name: 'data', size: 2, status: 'in-use' }],
      volumes_now: [],
    });
    expect(first.steps.map(({ step }: { step: string }) => step)).toEqual(STEPS);
    expect(first.history.length).toBeGreaterThan(20);
    const second = await shell.run(['quickstart', '--log', 'q/quick.db']);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toMatch(/It equals the replay/);
    expect(readdirSync(first.volumes_directory).filter((name) => name.startsWith('volume-'))).toEqual([]);
    expect(loopDevicesIn(shell.directory)).toEqual([]);
    const at = ['--log', 'q/quick.db', '--at', first.position_then];
    expect(await shell.json('volume', 'list', ...at)).toEqual(first.volumes_then);
    const { stdout: now } = await shell.run(['dump', '--log', 'q/quick.db']);
    expect(now).toContain('"volumes":[]');
  });

  test('without --log has a new directory under the temporary one, and names commands to try', async () => {
    const { code, stdout } = await shell.run(['quickstart'], { env: { TMPDIR: shell.directory } });
    expect(code).toBe(0);
    const [made] = readdirSync(shell.directory).filter((name) => /^scoria-quickstart-.{6}$/.test(name));
    expect(made).toBeDefined();
    expect(stdout).toContain(`npm run --silent scoria -- --log ${shell.path(`${made}/scoria.db`)} history`);
    expect(
      readFileSync(shell.path(`${made}/scoria.db`))
        .subarray(0, 6)
        .toString(),
    ).toBe('SQLite');
    expect(loopDevicesIn(shell.directory)).toEqual([]);
  });

  test('gives its devices back when it fails in the middle', async () => {
    // Without `cp` the snapshot fails while the volume is attached.
    const bin = shell.path('bin');
    spawnSync('mkdir', [bin]);
    const found = spawnSync('sh', ['-c', 'command -v losetup'], { encoding: 'utf8' }).stdout.trim();
    if (found !== '') spawnSync('ln', ['-s', found, `${bin}/losetup`]);
    const { code, stdout, stderr } = await shell.run(['quickstart', '--log', 'failed.db'], { env: { PATH: bin } });
    expect(stdout).toContain('read the same bytes back');
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining('DriverFailed') });
    expect(loopDevicesIn(shell.directory)).toEqual([]);
    expect(await shell.json('connection', 'list', '--log', 'failed.db')).toEqual([]);
  });
});
