import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connector } from '../../drivers/contract.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import { RBD_MAPPERS, type RbdMapper } from '../../rbd-mappers.ts';
import { ConnectorFailure } from '../contract.ts';

interface Needs {
  readonly module: string;
  readonly program: string;
  readonly remedy: string;
}

const NEEDS: Readonly<Record<RbdMapper, Needs>> = {
  krbd: { module: 'rbd', program: 'rbd', remedy: 'install ceph-common on a kernel with the module rbd' },
  'rbd-nbd': { module: 'nbd', program: 'rbd-nbd', remedy: 'install rbd-nbd on a kernel with the module nbd' },
  'user-space': {
    module: 'fuse',
    program: 'qemu-storage-daemon',
    remedy: 'install qemu-system-common and qemu-block-extra on a kernel with the module fuse',
  },
};

/** As the connector properties want it by `rbd_mapper`, else the first that this host has what it needs for. Its `/sys` is in `root`. */
export const chooseMapper = async ({ rbd_mapper }: Connector, run: RunCommand, root = '/'): Promise<RbdMapper> => {
  const wanted = Wanted.safeParse(rbd_mapper);
  if (!wanted.success) {
    throw new ConnectorFailure(
      `there is no rbd_mapper ${JSON.stringify(rbd_mapper)}`,
      `choose one of ${RBD_MAPPERS.join(', ')}`,
    );
  }
  const candidates = wanted.data ? [wanted.data] : RBD_MAPPERS;
  const missing: string[] = [];
  for (const name of candidates) {
    const lack = await lackOf(NEEDS[name], run, root);
    if (lack === null) return name;
    missing.push(`${name} needs ${lack}`);
  }
  throw new ConnectorFailure(
    `this host cannot attach images of Ceph: ${missing.join('; ')}`,
    candidates.map((name) => NEEDS[name].remedy).join(', or '),
  );
};

const Wanted = z.enum(RBD_MAPPERS).nullish();

const lackOf = async ({ module, program }: Needs, run: RunCommand, root: string): Promise<string | null> => {
  if (!(await hasModule(module, run, root))) return `the module ${module}`;
  return (await succeeds(run(program, ['--version']))) ? null : `the program ${program}`;
};

/** Loaded, or ready to be: what needs it loads it. */
const hasModule = async (name: string, run: RunCommand, root: string): Promise<boolean> =>
  (await succeeds(access(join(root, 'sys/module', name)))) ||
  succeeds(run('modprobe', ['--dry-run', name], { root: true }));

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
