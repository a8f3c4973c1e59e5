import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Shell } from '../../cli/scoria.ts';
import { PASSWORD, PASSWORD_VARIABLE } from '../sql/test-server.ts';
import { startFiveLogs } from './five-logs.ts';

const five = await startFiveLogs();
const shell = new Shell();
const env = { [PASSWORD_VARIABLE]: PASSWORD, TMPDIR: shell.directory };

const scoria = async (...args: readonly string[]) => {
  const ended = await shell.run(args, { env });
  expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
  return ended;
};

describe('scoria quickstart --log', () => {
  for (const { kind, unprepared } of five)
    test(`runs whole on ${kind}, deletes what it made, and leaves what it recorded`, async () => {
      const log = await unprepared();
      const { code, stdout, stderr } = await scoria('quickstart', '--log', log);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.includes('they are made (schema version')).toBe(['PostgreSQL', 'MariaDB'].includes(kind));
      expect(stdout).toMatch(/^revert +the volume to its snapshot: read back, the old bytes again$/m);
      expect(stdout).toContain('It equals the replay of every event, byte for byte');
      const [, volumes = ''] = /the volumes' directory (\S+)\./.exec(stdout) ?? [];
      expect(existsSync(volumes)).toBe(true);
      expect(readdirSync(volumes).filter((name) => name.startsWith('volume-'))).toEqual([]);
      if (log === ':memory:') return;

      const history = await scoria('history', '--log', log);
      expect(history.stdout).toContain('quickstart: a first volume');
      const status = JSON.parse((await scoria('status', '--log', log, '--json')).stdout);
      expect(status).toMatchObject({ ok: true, findings: [], projections: [{ name: 'inventory' }, {}] });
      if (kind === 'SQLite') return;
      const again = await scoria('quickstart', '--log', log);
      expect(again).toMatchObject({ code: 8, stdout: '', stderr: expect.stringContaining('LogNotEmpty') });
    });
});
