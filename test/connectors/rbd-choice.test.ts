import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectorFailure } from '../../src/connectors/contract.ts';
import { chooseMapper } from '../../src/connectors/rbd/choice.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scoria-test-'));
});
afterEach(() => rm(root, { recursive: true }));

interface Host {
  readonly programs: readonly string[];
  readonly loaded?: readonly string[];
  readonly loadable?: readonly string[];
}

const chosen = async ({ programs, loaded = [], loadable = [] }: Host, rbd_mapper?: string) => {
  for (const name of loaded) await mkdir(join(root, 'sys/module', name), { recursive: true });
  const run: RunCommand = async (program, args) => {
    const has = program === 'modprobe' ? loadable.includes(args.at(-1) ?? '') : programs.includes(program);
    if (!has) throw new Error(`no ${program}`);
    return { stdout: '', exitCode: 0 };
  };
  return chooseMapper(rbd_mapper === undefined ? {} : { rbd_mapper }, run, root);
};

const programs = ['rbd', 'rbd-nbd', 'qemu-storage-daemon'];

test.each([
  ['krbd', { programs, loaded: ['rbd', 'nbd', 'fuse'] }],
  ['krbd', { programs, loadable: ['rbd'] }],
  ['rbd-nbd', { programs, loaded: ['nbd', 'fuse'] }],
  ['user-space', { programs: ['rbd', 'qemu-storage-daemon'], loaded: ['nbd', 'fuse'] }],
  ['user-space', { programs, loadable: ['fuse'] }],
])('chooses %s on a host of %j', async (mapper, host) => {
  expect(await chosen(host)).toBe(mapper);
});

test('takes what is wanted, and nothing else', async () => {
  const host = { programs, loaded: ['rbd', 'fuse'] };
  expect(await chosen(host, 'user-space')).toBe('user-space');
  const failure = await chosen(host, 'rbd-nbd').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectorFailure);
  expect(failure).toMatchObject({
    message: 'this host cannot attach images of Ceph: rbd-nbd needs the module nbd',
    remedy: 'install rbd-nbd on a kernel with the module nbd',
  });
});

test('says all that is missing, and what there is to choose from', async () => {
  await expect(chosen({ programs: [], loaded: ['rbd', 'fuse'] })).rejects.toMatchObject({
    message:
      'this host cannot attach images of Ceph: krbd needs the program rbd; rbd-nbd needs the module nbd; ' +
      'user-space needs the program qemu-storage-daemon',
    remedy: expect.stringContaining('qemu-block-extra'),
  });
  await expect(chosen({ programs }, 'floppy')).rejects.toMatchObject({
    message: 'there is no rbd_mapper "floppy"',
    remedy: 'choose one of krbd, rbd-nbd, user-space',
  });
});
