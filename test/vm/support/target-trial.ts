import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { open, rm, truncate, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { rootFiles } from '../../../src/drivers/root-files.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import type { TargetEnvironment, TargetOptions } from '../../../src/drivers/targets/contract.ts';
import { Secret } from '../../../src/secret.ts';

const execute = promisify(execFile);

export const said = async (program: string, ...args: string[]): Promise<string> =>
  (await execute(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })).stdout;

/** Asks until there is an answer, or says what did not come. */
export const eventually = async <Value>(
  what: string,
  ask: () => Promise<Value | null> | Value | null,
): Promise<Value> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`no ${what} in time`);
    await delay(50);
  }
};

export const MIB = 2 ** 20;

/** A block device of its own. */
export interface Disk {
  readonly path: string;
  grow(bytes: number): Promise<void>;
  read(offset: number, length: number): Promise<Buffer>;
  remove(): Promise<void>;
}

let disks = 0;

export const makeDisk = async (bytes = 64 * MIB): Promise<Disk> => {
  disks += 1;
  const file = `/tmp/target-disk-${disks}`;
  await writeFile(file, '');
  await truncate(file, bytes);
  const path = (await said('losetup', '--find', '--show', file)).trim();
  return {
    path,
    grow: async (size) => {
      await truncate(file, size);
      await said('losetup', '--set-capacity', path);
    },
    read: (offset, length) => readFrom(path, offset, length),
    remove: async () => {
      await said('losetup', '--detach', path);
      await rm(file);
    },
  };
};

export const readFrom = async (path: string, offset: number, length: number): Promise<Buffer> => {
  await said('blockdev', '--flushbufs', path);
  await using file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer;
};

export const writeTo = async (path: string, offset: number, bytes = randomBytes(MIB)): Promise<Buffer> => {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, offset);
  await file.sync();
  return bytes;
};

export const sizeOf = async (path: string): Promise<number> => Number(await said('blockdev', '--getsize64', path));

export const OPTIONS: TargetOptions = {
  target_protocol: 'iscsi',
  target_prefix: 'iqn.2010-10.org.openstack:',
  target_ip_address: '127.0.0.1',
  target_secondary_ip_addresses: [],
  target_port: 3260,
  iscsi_write_cache: 'on',
  chap_username: '',
  chap_password: null,
  nvmet_port_id: 1,
  nvmet_ns_id: 10,
  nvmeof_conn_info_version: 2,
  volumes_dir: '/var/lib/cinder/volumes',
};

/** The environment of a target as root, and how many programs it started. */
export const environment = (): TargetEnvironment & { readonly programs: string[] } => {
  const programs: string[] = [];
  const run: RunCommand = async (program, args, { input } = {}) => {
    programs.push(program);
    const done = execute(program, [...args], { encoding: 'utf8' });
    done.child.stdin?.end(input instanceof Secret ? input.reveal() : (input ?? ''));
    return { stdout: (await done).stdout, exitCode: 0 };
  };
  const quiet = () => undefined;
  return { run, files: rootFiles(run), log: { debug: quiet, info: quiet, warn: quiet, error: quiet }, programs };
};

/** A host as its initiators know it: this one, and a stranger that nobody let in. */
export interface Host {
  readonly initiator: string;
  readonly nqn: string;
}

export const THIS_HOST: Host = {
  initiator: 'iqn.1993-08.org.debian:01:scoria-vm',
  nqn: 'nqn.2014-08.org.nvmexpress:uuid:5c0a1a00-0000-4000-8000-000000000001',
};
export const OTHER_HOST: Host = {
  initiator: 'iqn.1993-08.org.debian:01:another-host',
  nqn: 'nqn.2014-08.org.nvmexpress:uuid:5c0a1a00-0000-4000-8000-000000000002',
};

/** The host's side of a connection. */
export interface Initiator {
  /** Answers the device, or fails where the target does not let the host in. */
  login(info: ConnectionInfo, host?: Host): Promise<string>;
  /** Lets it see what changed of the device. */
  rescan(info: ConnectionInfo): Promise<void>;
  logout(info: ConnectionInfo): Promise<void>;
  sessions(): Promise<number>;
}

const iscsi = (info: ConnectionInfo, ...args: string[]): Promise<string> =>
  said('iscsiadm', '-m', 'node', '-T', String(info.data.target_iqn), '-p', String(info.data.target_portal), ...args);

export const iscsiInitiator: Initiator = {
  async login(info, host = THIS_HOST) {
    const iface = host === THIS_HOST ? [] : ['-I', 'other'];
    if (host !== THIS_HOST) {
      await said('iscsiadm', '-m', 'iface', '-I', 'other', '-o', 'new').catch(() => undefined);
      await said(
        'iscsiadm',
        '-m',
        'iface',
        '-I',
        'other',
        '-o',
        'update',
        '-n',
        'iface.initiatorname',
        '-v',
        host.initiator,
      );
    }
    await iscsi(info, ...iface, '-o', 'new');
    const settings = { authmethod: 'CHAP', username: info.data.auth_username, password: info.data.auth_password };
    for (const [name, value] of Object.entries(settings)) {
      await iscsi(info, ...iface, '-o', 'update', '-n', `node.session.auth.${name}`, '-v', String(value));
    }
    await iscsi(info, ...iface, '-o', 'update', '-n', 'node.session.initial_login_retry_max', '-v', '1');
    await iscsi(info, ...iface, '--login').catch(async (error: unknown) => {
      await iscsi(info, '-o', 'delete');
      throw error;
    });
    const { target_portal, target_iqn, target_lun } = info.data;
    const link = `/dev/disk/by-path/ip-${target_portal}-iscsi-${target_iqn}-lun-${target_lun}`;
    return eventually(`device ${link}`, () => (existsSync(link) ? realpathSync(link) : null));
  },
  rescan: async (info) => void (await iscsi(info, '--rescan')),
  async logout(info) {
    await iscsi(info, '--logout').catch(() => undefined);
    await iscsi(info, '-o', 'delete').catch(() => undefined);
  },
  sessions: async () => names('/sys/class/iscsi_session').length,
};

export const nvmeInitiator: Initiator = {
  async login(info, host = THIS_HOST) {
    const [portal] = info.data.portals as [string, string, string][];
    const [address = '', port = '', transport = ''] = portal ?? [];
    const id = host.nqn.split('uuid:')[1] ?? '';
    const place = ['-t', transport, '-a', address, '-s', port, '-n', String(info.data.target_nqn)];
    await said('nvme', 'connect', ...place, '-q', host.nqn, '-I', id, '--ctrl-loss-tmo', '5', '--reconnect-delay', '1');
    const link = `/dev/disk/by-id/nvme-uuid.${info.data.vol_uuid}`;
    return eventually(`device ${link}`, () => (existsSync(link) ? realpathSync(link) : null));
  },
  // The target tells of it.
  rescan: async () => undefined,
  logout: async (info) => void (await said('nvme', 'disconnect', '-n', String(info.data.target_nqn))),
  sessions: async () => names('/sys/class/nvme').length,
};

export const names = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory).toSorted() : []);

export const LIO = '/sys/kernel/config/target';
export const NVMET = '/sys/kernel/config/nvmet';

/** rtslib's saved configuration, on Debian. */
export const SAVED = '/etc/rtslib-fb-target/saveconfig.json';

export interface Saved {
  readonly targets?: readonly { readonly wwn: string }[];
  readonly storage_objects?: readonly { readonly name: string; readonly wwn: string }[];
}
export const saved = (): Saved => (existsSync(SAVED) ? (JSON.parse(readFileSync(SAVED, 'utf8')) as Saved) : {});

export const startTgtd = async (): Promise<void> => {
  mkdirSync('/run/tgtd', { recursive: true });
  const tgtd = spawn('tgtd', ['-f', '--iscsi', 'portal=127.0.0.1:3261'], { stdio: 'ignore' });
  tgtd.unref();
  await eventually('tgtd', () => said('tgtadm', '--mode', 'system', '--op', 'show').catch(() => null));
};
