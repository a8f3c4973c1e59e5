import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConnectorFailure, type Device, type HostConnector } from '../../../src/connectors/contract.ts';
import { rbdConnector } from '../../../src/connectors/rbd/connector.ts';
import { createCommandRunner } from '../../../src/drivers/command-runner.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { loopDevices } from '../../../src/drivers/file/loop-devices.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { silentLogger } from '../../../src/logging.ts';
import type { Cluster } from './cluster.ts';

const run = promisify(execFile);

export const BLOCK = 4096;
/** By what every host has that runs these tests. */
const connector = { rbd_mapper: 'user-space' } as const;
export const RW = { attach_mode: 'rw', connector } as const;
export const RO = { attach_mode: 'ro', connector } as const;

/** A host that attaches images, beside others on this machine. */
export class RbdHost {
  readonly directory: string;
  readonly connector: HostConnector;
  /** The command lines of all programs that were started. */
  readonly commands: string[] = [];

  private constructor(directory: string) {
    this.directory = directory;
    this.connector = connectorIn(directory, (run) => (program, args, options) => {
      this.commands.push([program, ...args].join(' '));
      return run(program, args, options);
    });
  }

  static async start(): Promise<RbdHost> {
    return new RbdHost(await mkdtemp(join(tmpdir(), 'scoria-rbd-')));
  }

  /** Everything that an attachment may leave. */
  async left(): Promise<Readonly<Record<string, readonly string[]>>> {
    const isHere = (text: string) => text.includes(this.directory);
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
    return {
      devices: (await loopDevices()).filter(({ file }) => isHere(file)).map(({ path }) => path),
      mounts: mounts.filter(isHere),
      daemons: (await this.daemons()).map(String),
      places: await readdir(join(this.directory, 'rbd/user-space')).catch(() => []),
      claims: await readdir(join(this.directory, 'units')).catch(() => []),
    };
  }

  async daemons(): Promise<readonly number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    const isIts = (line = '') => line.startsWith('qemu-storage-daemon') && line.includes(this.directory);
    return pids.filter((_, index) => isIts(lines[index])).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of (await this.left()).devices ?? []) await run('losetup', ['-d', path]);
    for (const pid of await this.daemons()) process.kill(pid, 'SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}

export const nothingLeft = { devices: [], mounts: [], daemons: [], places: [], claims: [] };

export const connectorIn = (stateDirectory: string, wrapped: (run: RunCommand) => RunCommand): HostConnector => {
  const run = createCommandRunner({ rootHelper: '', log: silentLogger, graceMs: 500 });
  return rbdConnector({ run: wrapped(run), log: silentLogger, stateDirectory });
};

/** Connection info as the driver gives it: Cinder's, and where this host keeps what belongs to the cluster. */
export const infoOf = async (cluster: Cluster, name: string, user: string, more = {}): Promise<ConnectionInfo> => {
  const [host = '', port = ''] = (await cluster.firstAddress()).split(':');
  return {
    driver_volume_type: 'rbd',
    data: {
      name,
      hosts: [host],
      ports: [port],
      cluster_name: 'ceph',
      auth_enabled: true,
      auth_username: user,
      secret_type: 'ceph',
      secret_uuid: cluster.fsid,
      volume_id: name,
      discard: true,
      ceph_conf: cluster.conf,
      keyring_conf: cluster.keyring(user),
      ...more,
    },
  };
};

export const write = async ({ path }: Device, text: string, offset = 0): Promise<void> => {
  await using file = await open(path, 'r+');
  await file.write(Buffer.alloc(BLOCK, text), 0, BLOCK, offset);
  await file.sync();
};

export const read = async ({ path }: Device, length: number, offset = 0): Promise<string> => {
  await using file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.toString();
};

export const failureOf = async (work: Promise<unknown>): Promise<ConnectorFailure> => {
  const failure = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (failure instanceof ConnectorFailure) return failure;
  throw new Error('it did not fail as it should', { cause: failure });
};
