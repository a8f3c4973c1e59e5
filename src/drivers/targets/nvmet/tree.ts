import { join } from 'node:path';
import type { FileStep } from '../../root-files.ts';
import { attribute, namesIn } from '../host-files.ts';
import { CONFIGFS } from '../kernel-modules.ts';

export const NVMET = join(CONFIGFS, 'nvmet');
export const PORTS = join(NVMET, 'ports');

export const subsystemPath = (nqn: string): string => join(NVMET, 'subsystems', nqn);
export const hostPath = (host: string): string => join(NVMET, 'hosts', host);
export const allowedPath = (nqn: string, host: string): string => join(subsystemPath(nqn), 'allowed_hosts', host);
export const portPath = (id: number | string): string => join(PORTS, String(id));
export const portLinkPath = (id: number | string, nqn: string): string => join(portPath(id), 'subsystems', nqn);

export const allowedHosts = (nqn: string): Promise<readonly string[]> =>
  namesIn(join(subsystemPath(nqn), 'allowed_hosts'));

/** The numbers of the ports at which the subsystem is reached. */
export const portsOf = async (nqn: string): Promise<readonly string[]> => {
  const ports: string[] = [];
  for (const id of await namesIn(PORTS)) {
    if ((await namesIn(join(portPath(id), 'subsystems'))).includes(nqn)) ports.push(id);
  }
  return ports;
};

export interface PortAddress {
  readonly address: string;
  readonly port: string;
  readonly transport: string;
}

export const portAddress = async (id: number | string): Promise<PortAddress> => {
  const [address, port, transport] = await Promise.all(
    ['traddr', 'trsvcid', 'trtype'].map(async (name) => (await attribute(join(portPath(id), `addr_${name}`))) ?? ''),
  );
  return { address: address ?? '', port: port ?? '', transport: transport ?? '' };
};

/**
 * Takes away all that stands of a subsystem, whoever made it, and ports and hosts that nothing else uses. `ownPorts`
 * are those that it would have: a port without a subsystem does not listen, and could only be in the way.
 */
export const removal = async (nqn: string, ownPorts: readonly string[]): Promise<readonly FileStep[]> => {
  const subsystem = subsystemPath(nqn);
  const [ports, hosts, namespaces] = await Promise.all([
    portsOf(nqn),
    allowedHosts(nqn),
    namesIn(join(subsystem, 'namespaces')),
  ]);
  return [
    ...ports.map((id) => ({ do: 'unlink', path: portLinkPath(id, nqn) }) as const),
    ...hosts.map((host) => ({ do: 'unlink', path: allowedPath(nqn, host) }) as const),
    ...namespaces.flatMap((id) => namespaceRemoval(join(subsystem, 'namespaces', id))),
    { do: 'rmdir', path: subsystem },
    ...[...new Set([...ports, ...ownPorts])].map(
      (id) => ({ do: 'rmdir', path: portPath(id), ifUnused: true }) as const,
    ),
    ...(await hostRemoval(hosts)),
  ];
};

const namespaceRemoval = (path: string): readonly FileStep[] => [
  { do: 'write', path: join(path, 'enable'), text: '0' },
  { do: 'rmdir', path },
];

/** One that has a key is somebody's who put it there, and could not make it again. */
export const hostRemoval = async (hosts: readonly string[]): Promise<readonly FileStep[]> => {
  const keys = await Promise.all(hosts.map((host) => attribute(join(hostPath(host), 'dhchap_key'))));
  return hosts
    .filter((_, index) => !keys[index])
    .map((host) => ({ do: 'rmdir', path: hostPath(host), ifUnused: true }));
};
