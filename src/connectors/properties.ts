import { readFile } from 'node:fs/promises';
import { hostname, machine } from 'node:os';
import { join } from 'node:path';
import type { Connector } from '../drivers/contract.ts';
import { ownAddress } from '../drivers/own-address.ts';

/** This host's connector properties, in os-brick's shape. `root` is where its `/etc` and `/sys` are. */
export const connectorProperties = async (root = '/'): Promise<Connector> => {
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
    multipath: false,
    enforce_multipath: false,
    os_type: process.platform,
    platform: machine(),
    do_local_attach: false,
    ...(nqn ? { nqn } : {}),
    ...(systemUuid ? { 'system uuid': systemUuid } : {}),
  };
};
