import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { answerOf } from './programs.ts';

/** What a host with storage has, and this one need not: unpacked into the cache and laid over the host's files. */
const STORAGE = [
  'ceph-common',
  'ceph-mon',
  'ceph-osd',
  'dbus',
  'fdisk',
  'iproute2',
  'kmod',
  'lvm2',
  'multipath-tools',
  'nftables',
  'nvme-cli',
  'open-iscsi',
  'procps',
  'rbd-nbd',
  'sg3-utils',
  'sudo',
  'targetcli-fb',
  'tgt',
  'thin-provisioning-tools',
  'udev',
];

/** Cinder itself, which judges ours, and what serves files to a driver of its own. */
const CINDER = ['cinder-common', 'dmidecode', 'nfs-kernel-server', 'python3-cinder', 'qemu-utils'];

export const PACKAGES = { storage: STORAGE, cinder: [...STORAGE, ...CINDER] } as const;
export type PackageSet = keyof typeof PACKAGES;

const DOWNLOAD_TOGETHER = 20;

/** The directory with those packages, and what they need, unpacked: of each what the host does not have. */
export const unpackedPackages = async (set: PackageSet): Promise<string> => {
  const missing = await missingPackages(PACKAGES[set]);
  const digest = createHash('sha256').update(missing.join('\n')).digest('hex').slice(0, 16);
  return cached(`packages-${set}-${digest}`, async (directory) => {
    for (let first = 0; first < missing.length; first += DOWNLOAD_TOGETHER) {
      await answerOf('apt-get', ['download', ...missing.slice(first, first + DOWNLOAD_TOGETHER)], directory);
    }
    for (const file of (await readdir(directory)).filter((name) => name.endsWith('.deb'))) {
      await answerOf('dpkg-deb', ['-x', join(directory, file), directory]);
      await rm(join(directory, file));
    }
    await mergeIntoUsr(directory);
  });
};

/** The host has links for these, and a directory would hide all that is behind them. */
const mergeIntoUsr = async (root: string): Promise<void> => {
  const present = await readdir(root);
  for (const name of ['bin', 'sbin', 'lib', 'lib64'].filter((directory) => present.includes(directory))) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await answerOf('cp', ['--archive', '--link', `${join(root, name)}/.`, join(root, 'usr', name)]);
    await rm(join(root, name), { recursive: true });
  }
};

/** As `package=version`. */
const missingPackages = async (names: readonly string[]): Promise<readonly string[]> => {
  const args = ['install', '--simulate', '--no-install-recommends', '-o', 'Debug::NoLocking=1', ...names];
  const plan = await answerOf('apt-get', args);
  return [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)]
    .map(([, name, version]) => `${name}=${version}`)
    .toSorted();
};
