import { rename, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Printed, Shell } from './scoria.ts';

describe('scoria backend ensure-exports', () => {
  const shell = new Shell();
  const ids: string[] = [];

  beforeAll(async () => {
    await shell.addStore();
    await writeFile(shell.path('host.json'), JSON.stringify({ host: 'node7' }));
    for (const name of ['data', 'logs']) {
      ids.push((await shell.json('volume', 'create', 'store', '1', '--name', name)).id);
      await shell.json('connection', 'create', name, '--connector', 'host.json');
    }
    await shell.json('volume', 'create', 'store', '1', '--name', 'alone');
  });

  test('names the volumes that are connected, and says why on the record', async () => {
    const report = await shell.json('backend', 'ensure-exports', 'store', '--reason', 'boot');
    expect(report).toEqual({ backend: 'store', ensured: expect.any(Array), failed: [] });
    expect(report.ensured.toSorted()).toEqual(ids.toSorted());
    const events = await shell.json('events', 'list');
    const ensured = events.filter(({ type }: Printed) => type === 'ExportEnsured');
    expect(ensured.map(({ meta }: Printed) => meta.reason)).toEqual(['boot', 'boot']);
  });

  test('goes on past a volume that fails, reports it, and ends as failed', async () => {
    const [lost = '', kept] = ids;
    await rename(shell.path(`volumes/volume-${lost}`), shell.path('elsewhere'));
    const { code, stdout, stderr } = await shell.run(['backend', 'ensure-exports', 'store', '--json']);
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      ensured: [kept],
      failed: [{ volume_id: lost, error: { code: 'DriverFailed' } }],
    });
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'ExportsNotEnsured', details: { volumes: [lost] } });
    const text = await shell.run(['backend', 'ensure-exports', 'store']);
    expect(text.stdout).toContain('backend store: 1 export(s) ensured, 1 failed\n');
    expect(text.stdout).toMatch(new RegExp(`${lost} +DriverFailed +`));

    await rename(shell.path('elsewhere'), shell.path(`volumes/volume-${lost}`));
    expect((await shell.json('backend', 'ensure-exports', 'store')).failed).toEqual([]);
  });

  test('is refused for a backend that is not there', async () => {
    expect(await shell.refused('backend', 'ensure-exports', 'other')).toMatchObject({
      exit: 3,
      code: 'BackendNotFound',
    });
  });
});
