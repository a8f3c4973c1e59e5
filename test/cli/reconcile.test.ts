import { existsSync, readdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Running } from './running.ts';
import { type Printed, Shell } from './scoria.ts';

const GIB = 1024 ** 3;

/** The report of a backend, and what the command ended with. */
const reconcile = async (shell: Shell): Promise<{ readonly exit: number | null; readonly report: Printed }> => {
  const { code, stdout } = await shell.run(['backend', 'reconcile', 'store', '--json']);
  return { exit: code, report: JSON.parse(stdout) };
};

const agrees = async (shell: Shell): Promise<void> => {
  const { exit, report } = await reconcile(shell);
  expect({ exit, differences: report.differences }).toEqual({ exit: 0, differences: [] });
};

const because = ['--reason', 'it was looked at'] as const;

describe('a directory that somebody else was at', () => {
  const shell = new Shell();
  const file = (name: string): string => shell.path(`volumes/${name}`);
  let ids: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    await shell.addStore();
    for (const name of ['kept', 'lost', 'cut', 'source']) {
      const { id } = await shell.json('volume', 'create', 'store', '2', '--name', name);
      ids = { ...ids, [name]: id };
    }
    const snapshot = await shell.json('snapshot', 'create', 'source', '--name', 'gone');
    ids = { ...ids, gone: snapshot.id };
    await agrees(shell);
    await rm(file(`volume-${ids.lost}`));
    await rm(file(`snapshot-${ids.gone}`));
    await truncate(file(`volume-${ids.cut}`), 1.5 * GIB);
    await writeFile(file('stray.img'), 'the bytes of somebody');
    await writeFile(file("it's odd"), 'x');
    await writeFile(file('volume-0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01'), 'x');
  });

  test('is told, as a table and as JSON, with an exit code of its own', async () => {
    const { exit, report } = await reconcile(shell);
    expect(exit).toBe(9);
    const said = report.differences.map((one: Printed) => [one.difference, one.kind, one.id, one.reference]);
    expect(said.toSorted()).toEqual(
      [
        ['missing', 'volume', ids.lost, null],
        ['missing', 'snapshot', ids.gone, null],
        ['size', 'volume', ids.cut, `volume-${ids.cut}`],
        ['unknown', 'volume', null, "it's odd"],
        ['unknown', 'volume', null, 'stray.img'],
        ['unknown', 'volume', '0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01', 'volume-0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01'],
      ].toSorted(),
    );
    const { code, stdout, stderr } = await shell.run(['backend', 'reconcile', 'store']);
    expect(code).toBe(9);
    expect(stdout).toMatch(/missing +volume +/);
    expect(stdout).toContain(`scoria volume extend ${ids.cut} 2\n`);
    expect(stdout).toContain("scoria backend delete-resource store 'it'\\''s odd'\n");
    expect(stderr).toContain('code: BackendDiffers');
  });

  test('is mended by commands, each with a reason, until all agrees', async () => {
    expect(await shell.refused('volume', 'forget', 'lost')).toMatchObject({ exit: 2, code: 'InvalidInput' });
    expect(await shell.refused('volume', 'forget', 'kept', ...because)).toMatchObject({ code: 'StillOnArray' });
    const forgotten = { id: ids.lost, status: 'deleted', snapshots: [], connections: [] };
    expect(await shell.json('volume', 'forget', 'lost', ...because)).toEqual(forgotten);
    await shell.json('snapshot', 'delete', 'gone');
    await shell.json('volume', 'extend', 'cut', '2');
    expect((await stat(file(`volume-${ids.cut}`))).size).toBe(2 * GIB);
    const adopted = await shell.json('volume', 'adopt', 'store', 'stray.img', '--name', 'found', ...because);
    expect(adopted).toMatchObject({ name: 'found', size: 1, status: 'available' });
    const path = file(`volume-${adopted.id}`);
    expect((await readFile(path)).subarray(0, 9).toString()).toBe('the bytes');
    expect((await stat(path)).size).toBe(GIB);
    expect(await shell.json('backend', 'delete-resource', 'store', "it's odd", ...because)).toMatchObject({
      status: 'deleted',
    });
    const own = 'volume-0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01';
    const again = ['volume', 'adopt', 'store', own, '--id', own.slice('volume-'.length), ...because];
    expect(await shell.json(...again)).toMatchObject({ id: '0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01' });
    await agrees(shell);
    const [last] = (await shell.json('history', String(ids.lost))).slice(-1);
    expect(last).toMatchObject({ type: 'VolumeForgotten', reason: 'it was looked at' });
  });

  test('keeps what the record knows from both', async () => {
    const known = `volume-${ids.kept}`;
    const refused = { exit: 4, code: 'KnownToRecord' };
    expect(await shell.refused('backend', 'delete-resource', 'store', known, ...because)).toMatchObject(refused);
    expect(await shell.refused('volume', 'adopt', 'store', known, ...because)).toMatchObject(refused);
    const absent = await shell.refused('backend', 'delete-resource', 'store', '../volumes', ...because);
    expect(absent).toMatchObject({ exit: 3, code: 'ResourceNotFound' });
  });
});

test('a copy that was killed in the middle leaves nothing that differs', async () => {
  const shell = new Shell();
  await shell.addStore();
  await shell.json('volume', 'create', 'store', '1', '--name', 'source');
  await mkdir(shell.path('bin'));
  const lines = ['#!/bin/sh', 'for to; do :; done', 'printf half > "$to"', `touch '${shell.path('copying')}'`];
  await writeFile(shell.path('bin/cp'), `${lines.join('\n')}\nexec tail -f "$to"\n`);
  await chmod(shell.path('bin/cp'), 0o755);
  const slow = { PATH: `${shell.path('bin')}:${process.env.PATH}` };
  const copying = new Running(shell.start(['volume', 'clone', 'source', '--name', 'copy'], slow));
  await vi.waitUntil(() => existsSync(shell.path('copying')), { interval: 10, timeout: 20_000 });

  // While it is at work, what it makes is told apart.
  const meanwhile = await reconcile(shell);
  expect(meanwhile).toMatchObject({ exit: 0, report: { differences: [] } });
  expect(meanwhile.report.open.map(({ operation }: Printed) => operation)).toContain('CloneVolume');

  copying.child.kill('SIGKILL');
  expect(await copying.ended).toBe('SIGKILL');
  rmSync(shell.path('bin'), { recursive: true });
  await shell.json('recover');
  await agrees(shell);
  expect(readdirSync(shell.path('volumes')).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('what another host left half made is told, and deleted by its name', async () => {
  const shell = new Shell();
  await shell.addStore();
  const half = '.volume-0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01.ffffff-aaaaaa-bbbb-4711-99.1.partial';
  await writeFile(shell.path(`volumes/${half}`), 'half');
  const { exit, report } = await reconcile(shell);
  expect(exit).toBe(9);
  expect(report.differences).toMatchObject([{ kind: 'leftover', reference: half }]);
  expect(await shell.refused('volume', 'adopt', 'store', half, ...because)).toMatchObject({ code: 'NotAdoptable' });
  await shell.json('backend', 'delete-resource', 'store', half, ...because);
  await agrees(shell);
});

test('a connection ends by force where neither host nor array is there any more', async () => {
  const shell = new Shell();
  await shell.addStore();
  await shell.json('volume', 'create', 'store', '1', '--name', 'data');
  await writeFile(shell.path('host.json'), JSON.stringify({ host: 'node7' }));
  const connection = await shell.json('connection', 'create', 'data', '--connector', shell.path('host.json'));
  await shell.json('connection', 'report-device', connection.id, '--path', '/dev/sdx');
  await rename(shell.path('volumes'), shell.path('elsewhere'));
  await writeFile(shell.path('volumes'), 'no directory');

  const end = ['connection', 'delete', connection.id, '--force'] as const;
  expect(await shell.refused(...end)).toMatchObject({ exit: 2, message: expect.stringContaining('needs a reason') });
  await shell.json(...end, '--reason', 'the room burnt down', '--user', 'grace');
  const [last] = (await shell.json('events', 'list')).slice(-1);
  expect(last).toMatchObject({ type: 'ConnectionTerminated', meta: { reason: 'the room burnt down' } });
  expect(last.data.ignored_errors).toEqual([expect.stringContaining('it is not a directory')]);
  expect(last.meta.actor.user).toBe('grace');

  const forget = ['volume', 'forget', 'data', ...because] as const;
  expect(await shell.refused(...forget)).toMatchObject({ exit: 6, code: 'DriverFailed' });
  expect(await shell.json(...forget, '--force')).toMatchObject({ status: 'deleted' });
});

test('a status is reset where an operation left it in error', async () => {
  const shell = new Shell();
  await shell.addStore();
  const { id } = await shell.json('volume', 'create', 'store', '1', '--name', 'data');
  await rm(shell.path(`volumes/volume-${id}`));
  expect(await shell.refused('volume', 'extend', 'data', '2')).toMatchObject({ code: 'DriverFailed' });
  const reset = ['volume', 'reset-status', 'data', 'available', ...because] as const;
  expect(await shell.refused(...reset)).toMatchObject({ exit: 4, code: 'NotOnArray' });
  await writeFile(shell.path(`volumes/volume-${id}`), '');
  await truncate(shell.path(`volumes/volume-${id}`), GIB);
  expect(await shell.json(...reset)).toMatchObject({ id, status: 'available' });
  expect(await shell.refused('volume', 'reset-status', 'data', 'creating', ...because)).toMatchObject({ exit: 2 });
  await agrees(shell);
});
