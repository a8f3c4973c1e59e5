import { mkdir, readlink, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { until } from '../../test/vm/support/host.ts';
import type { LvmLife } from './operations.ts';

const run = (program: string, ...args: readonly string[]) => execa(program, args);

const LIO = '/sys/kernel/config/target';

export interface BareStorage {
  readonly group: string;
  readonly pool: string;
  readonly address: string;
  readonly initiator: string;
}

let made = 0;

/** A life without anybody who remembers or checks anything: the least that LVM, LIO and open-iscsi must be told. */
export const bareLife = ({ group, pool, address, initiator }: BareStorage): LvmLife => {
  made += 1;
  const [name, snapshot, iqn] = [`bare-${made}`, `bare-snapshot-${made}`, `iqn.2026-01.bench.bare:${made}`];
  const portal = `${address}:3260`;
  const [object, group1] = [join(LIO, 'core/iblock_99', name), join(LIO, 'iscsi', iqn, 'tpgt_1')];
  const acl = join(group1, 'acls', initiator);
  const link = `/dev/disk/by-path/ip-${portal}-iscsi-${iqn}-lun-0`;
  const node = ['-m', 'node', '-T', iqn, '-p', portal];
  let device = '';
  return {
    create: () => run('lvcreate', '--yes', '-Wn', '-T', '-V', '1g', '-n', name, `${group}/${pool}`),
    snapshot: () => run('lvcreate', '--yes', '-s', '-kn', '-n', snapshot, `${group}/${name}`),
    'delete snapshot': () => run('lvremove', '-f', `${group}/${snapshot}`),
    attach: async () => {
      await mkdir(object, { recursive: true });
      await writeFile(join(object, 'control'), `udev_path=/dev/${group}/${name}\n`);
      await writeFile(join(object, 'enable'), '1\n');
      await mkdir(group1, { recursive: true });
      await mkdir(join(group1, 'lun/lun_0'));
      await symlink(object, join(group1, 'lun/lun_0/p'));
      await mkdir(join(group1, 'np', portal));
      await mkdir(join(acl, 'lun_0'), { recursive: true });
      await symlink(join(group1, 'lun/lun_0'), join(acl, 'lun_0/p'));
      await writeFile(join(group1, 'attrib/authentication'), '0\n');
      await writeFile(join(group1, 'enable'), '1\n');
      await run('iscsiadm', ...node, '-o', 'new');
      await run('iscsiadm', ...node, '--login');
      await until('the device is there', async () => {
        device = basename(await readlink(link).catch(() => ''));
        return device !== '';
      });
    },
    detach: async () => {
      await run('blockdev', '--flushbufs', `/dev/${device}`);
      await writeFile(`/sys/block/${device}/device/delete`, '1\n');
      await run('iscsiadm', ...node, '--logout');
      await run('iscsiadm', ...node, '-o', 'delete');
      await writeFile(join(group1, 'enable'), '0\n');
      await unlink(join(acl, 'lun_0/p'));
      for (const directory of [join(acl, 'lun_0'), acl, join(group1, 'np', portal)]) await rmdir(directory);
      await unlink(join(group1, 'lun/lun_0/p'));
      for (const directory of [join(group1, 'lun/lun_0'), group1, join(group1, '..'), object]) await rmdir(directory);
    },
    delete: () => run('lvremove', '-f', `${group}/${name}`),
  };
};
