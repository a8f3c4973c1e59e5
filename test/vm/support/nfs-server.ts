import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { said, until } from './host.ts';

const CONTROL = '/proc/fs/nfsd';

const ROOT = '/srv';
const OPTIONS = 'rw,fsid=0,no_root_squash,insecure,no_subtree_check';

/** What the kernel's server of NFS 4 serves. */
export interface ServedShare {
  readonly share: string;
  /** Where its files are on the server. */
  readonly directory: string;
  stop(): void;
}

/** A share in memory, which is below the root of all that is served: that of this machine cannot be. */
export const serveShare = async (): Promise<ServedShare> => {
  said('modprobe', '-a', 'nfsd', 'nfs', 'nfsv4');
  said('mount', '-t', 'tmpfs', '-o', 'size=8g', 'shares', ROOT);
  const directory = `${ROOT}/share`;
  await mkdir(directory);
  if (!existsSync(`${CONTROL}/threads`)) said('mount', '-t', 'nfsd', 'nfsd', CONTROL);
  // Nobody has anything to reclaim of a server that was never there.
  for (const name of ['nfsv4leasetime', 'nfsv4gracetime']) await writeFile(`${CONTROL}/${name}`, '10');
  await mkdir('/var/lib/nfs/v4recovery', { recursive: true });
  for (const name of ['etab', 'rmtab']) await writeFile(`/var/lib/nfs/${name}`, '', { flag: 'a' });
  await writeFile('/etc/exports', `${ROOT} 127.0.0.1(${OPTIONS})\n`);
  said('rpc.nfsd', '--no-nfs-version', '3', '--nfs-version', '4.2', '--no-udp', '2');
  said('rpc.mountd', '--no-nfs-version', '3');
  said('exportfs', '-a');
  const stop = () => {
    said('exportfs', '-ua');
    said('rpc.nfsd', '0');
    said('pkill', '-x', 'rpc.mountd');
    said('umount', ROOT);
  };
  return { share: '127.0.0.1:/share', directory, stop };
};

/** Where file systems of NFS are mounted. */
export const nfsMounts = (): readonly string[] =>
  said('sh', '-c', "awk '$3 ~ /^nfs4?$/ { print $2 }' /proc/mounts")
    .split('\n')
    .filter((line) => line !== '');

export const mountShare = async (share: string, at: string): Promise<void> => {
  await mkdir(at, { recursive: true });
  said('mount', '-t', 'nfs4', share, at);
  await until(`${at} is mounted`, () => nfsMounts().includes(at));
};
