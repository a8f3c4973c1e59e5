import { readFile } from 'node:fs/promises';
import { hostname, machine, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Connector } from '../drivers/contract.ts';

export interface PropertiesRequest {
  /** Whether several paths to a volume are wanted. */
  readonly multipath?: boolean;
  /** Whether nothing less will do. */
  readonly enforceMultipath?: boolean;
}

/** This host's connector properties, in os-brick's shape. `root` is where its `/etc` and `/sys` are. */
export const connectorProperties = async (
  { multipath = false, enforceMultipath = false }: PropertiesRequest = {},
  { root = '/' }: { readonly root?: string } = {},
): Promise<Connector> => {
  const [initiatorFile, nqn, systemUuid] = await Promise.all(
    ['etc/iscsi/initiatorname.iscsi', 'etc/nvme/hostnqn', 'sys/class/dmi/id/product_uuid'].map((path) =>
      readFile(join(root, path), 'utf8').then(
        (text) => text.trim(),
        () => '',
      ),
    ),
  );
  const initiator = /^InitiatorName=(?<name>\S+)/m.exec(initiatorFile ?? '')?.groups?.name;
  return {
    host: hostname(),
    ip: ownAddress(),
    ...(initiator === undefined ? {} : { initiator }),
    multipath,
    enforce_multipath: enforceMultipath,
    os_type: process.platform,
    platform: machine(),
    do_local_attach: false,
    ...(nqn ? { nqn } : {}),
    ...(systemUuid ? { 'system uuid': systemUuid } : {}),
  };
};

/** The first address that others can reach; a host without a network has its loopback. */
const ownAddress = (): string => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal);
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? '127.0.0.1';
};
