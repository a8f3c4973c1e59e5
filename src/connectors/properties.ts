import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { hostname, machine } from 'node:os';
import { basename, join } from 'node:path';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Connector } from '../drivers/contract.ts';
import { ownAddress } from '../drivers/own-address.ts';
import type { RbdMapper } from '../rbd-mappers.ts';
import { multipathRuns } from './multipath.ts';

export interface PropertiesRequest {
  /** Whether several paths to a volume are wanted. Only where multipathd runs. */
  readonly multipath?: boolean;
  /** Refuses where several paths are wanted and multipathd does not run. */
  readonly enforceMultipath?: boolean;
  /** How images of Ceph are mapped; by what the host has unless given. */
  readonly rbdMapper?: RbdMapper | undefined;
}

/** Where a host keeps what it is; of another one only in tests. */
export interface HostPlace {
  /** Where its `/etc`, `/sys`, `/proc` and `/dev` are. */
  readonly root?: string;
  readonly multipathRuns?: () => Promise<boolean>;
}

/** This host's connector properties, in os-brick's shape. */
export const connectorProperties = async (
  { multipath = false, enforceMultipath = false, rbdMapper }: PropertiesRequest = {},
  { root = '/', multipathRuns: runs = multipathRuns }: HostPlace = {},
): Promise<Connector> => {
  const textOf = (path: string) => textIn(join(root, path));
  const [initiatorFile, nqn, hostId, systemUuid, uuid, ports, native] = await Promise.all([
    textOf('etc/iscsi/initiatorname.iscsi'),
    textOf('etc/nvme/hostnqn'),
    textOf('etc/nvme/hostid'),
    textOf('sys/class/dmi/id/product_uuid'),
    rootFileSystemUuid(root),
    fibreChannelPorts(root),
    nativeMultipath(root),
  ]);
  const initiator = /^InitiatorName=(?<name>\S+)/m.exec(initiatorFile)?.groups?.name;
  return {
    host: hostname(),
    ip: ownAddress(),
    ...(initiator === undefined ? {} : { initiator }),
    multipath: multipath && (await severalPaths(enforceMultipath, runs)),
    enforce_multipath: enforceMultipath,
    os_type: process.platform,
    platform: machine(),
    do_local_attach: false,
    ...(rbdMapper === undefined ? {} : { rbd_mapper: rbdMapper }),
    ...(nqn ? { nqn } : {}),
    ...(hostId ? { nvme_hostid: hostId } : {}),
    ...(native === null ? {} : { nvme_native_multipath: native }),
    ...(systemUuid ? { 'system uuid': systemUuid } : {}),
    ...(uuid === null ? {} : { uuid }),
    ...(ports.length === 0 ? {} : { wwpns: ports.map(({ wwpn }) => wwpn), wwnns: ports.map(({ wwnn }) => wwnn) }),
  };
};

/** Whether the kernel joins the paths of an NVMe namespace by itself; `null` where it has no NVMe. */
export const nativeMultipath = async (root = '/'): Promise<boolean | null> => {
  const said = await textIn(join(root, 'sys/module/nvme_core/parameters/multipath'));
  return said === '' ? null : said === 'Y';
};

const textIn = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

const severalPaths = async (isEnforced: boolean, runs: () => Promise<boolean>): Promise<boolean> => {
  const isRunning = await runs();
  if (isRunning || !isEnforced) return isRunning;
  throw new ScoriaError(
    rejections.ConnectorFailed(
      'multipath is enforced, and multipathd does not run on this host',
      'start multipathd, or do without enforce_multipath',
    ),
  );
};

/** os-brick's `uuid`: that of the file system that the host runs from. */
const rootFileSystemUuid = async (root: string): Promise<string | null> => {
  const device = (await textIn(join(root, 'proc/self/mountinfo')))
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , , , mountPoint]) => mountPoint === '/')?.[2];
  const block = await readlink(join(root, 'sys/dev/block', device ?? '-')).catch(() => null);
  if (block === null) return null;
  const links = join(root, 'dev/disk/by-uuid');
  for (const uuid of await readdir(links).catch(() => [])) {
    const target = await realpath(join(links, uuid)).catch(() => '');
    if (basename(target) === basename(block)) return uuid;
  }
  return null;
};

/** The host's ports on a fibre channel fabric, as far as they are on line. */
const fibreChannelPorts = async (
  root: string,
): Promise<readonly { readonly wwpn: string; readonly wwnn: string }[]> => {
  const hosts = join(root, 'sys/class/fc_host');
  const ports = await Promise.all(
    (await readdir(hosts).catch(() => [])).toSorted().map(async (host) => {
      const its = (what: string) => textIn(join(hosts, host, what));
      const [state, wwpn, wwnn] = await Promise.all([its('port_state'), its('port_name'), its('node_name')]);
      return { isOnline: state === 'Online', wwpn: wwpn.replace(/^0x/, ''), wwnn: wwnn.replace(/^0x/, '') };
    }),
  );
  return ports.filter(({ isOnline, wwpn }) => isOnline && wwpn !== '');
};
