import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a program prints. Fails where it fails. */
export const said = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Whether a program ends well. */
const succeeds = (program: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const POLL_MS = 50;

/** Waits until something is so. */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs} ms still not: ${what}`);
    await sleep(POLL_MS);
  }
};

/** The kernel's initiator and targets, and the initiator's daemon. */
export const startIscsi = async (): Promise<void> => {
  said('modprobe', '-a', 'iscsi_tcp', 'sd_mod', 'target_core_iblock', 'iscsi_target_mod');
  if (!succeeds('pidof', 'iscsid')) said('iscsid');
  await until('iscsid runs', () => succeeds('iscsiadm', '-m', 'iface'));
};

/** The daemon of tgt, which listens where the kernel's target would. */
export const startTgt = async (): Promise<void> => {
  if (!succeeds('pidof', 'tgtd')) {
    await mkdir('/run/tgtd', { recursive: true });
    const daemon = spawn('tgtd', [], { stdio: 'ignore', detached: true });
    await once(daemon, 'spawn');
    daemon.unref();
  }
  await until('tgtd answers', () => succeeds('tgtadm', '--mode', 'system', '--op', 'show'));
};

/** All that volumes of that target need on this host, on both of its sides. */
export const startTargets = async (helper: 'lioadm' | 'tgtadm' | 'nvmet'): Promise<void> => {
  if (helper === 'nvmet') said('modprobe', '-a', 'nvmet_tcp', 'nvme_tcp');
  else await startIscsi();
  if (helper === 'tgtadm') await startTgt();
};

/** The daemon of dm-multipath, as /etc/multipath.conf tells it. */
export const startMultipath = async (): Promise<void> => {
  said('modprobe', 'dm_multipath');
  if (!succeeds('pidof', 'multipathd')) said('multipathd');
  await until('multipathd answers', () => succeeds('multipathd', 'show', 'daemon'));
};

/** tgtd heeds no SIGTERM. */
export const stopTgt = async (): Promise<void> => {
  succeeds('pkill', '-KILL', 'tgtd');
  await until('tgtd has ended', () => !succeeds('pidof', 'tgtd'));
};

const CONFIGFS = '/sys/kernel/config';

const namesIn = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);

/** What this host still exports, by the names of LIO, nvmet and tgt. */
export const exportsLeft = async (): Promise<readonly string[]> => {
  const targets = (await namesIn(`${CONFIGFS}/target/iscsi`)).filter((name) => /^(iqn|eui|naa)\./.test(name));
  const subsystems = await namesIn(`${CONFIGFS}/nvmet/subsystems`);
  const ofTgt = succeeds('pidof', 'tgtd') ? said('tgtadm', '--mode', 'target', '--op', 'show') : '';
  return [...targets, ...subsystems, ...[...ofTgt.matchAll(/^Target \d+: (\S+)/gm)].map(([, name = '']) => name)];
};

/** What this host is still attached to: iSCSI sessions, NVMe controllers, disks of SCSI, and maps of several paths. */
export const attachmentsLeft = async (): Promise<readonly string[]> => [
  ...(await namesIn('/sys/class/iscsi_session')),
  ...(await namesIn('/sys/class/nvme')),
  ...(await namesIn('/sys/class/scsi_disk')),
  ...said('dmsetup', 'ls', '--target', 'multipath')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('No devices')),
];
