import { readFile } from 'node:fs/promises';
import { ConnectorFailure } from '../contract.ts';
import type { RbdRoute } from './route.ts';

/** Ceph's own 300 s would keep a caller waiting for a cluster that is away. */
export const CONNECTS_WITHIN_S = 20;

/**
 * What Ceph's programs read: this host's own configuration, between what holds without it and what the connection says.
 * The way for a keyring that needs no key in an argument; and QEMU cannot be told the cluster's name.
 */
export const configurationFor = async (route: RbdRoute, keyringPath: string | null): Promise<string> => {
  const { cluster, monitors, user } = route;
  const keyrings = [`${cluster}.$name.keyring`, `${cluster}.keyring`, 'keyring'].map((name) => `/etc/ceph/${name}`);
  const own = await hostConfiguration(route);
  return [
    '[global]',
    `client_mount_timeout = ${CONNECTS_WITHIN_S}`,
    `keyring = ${keyrings.join(',')}`,
    own ?? `mon_host = ${monitors.join(',')}`,
    ...(keyringPath === null ? [] : [`[client.${user ?? 'admin'}]`, `keyring = ${keyringPath}`]),
    '',
  ].join('\n');
};

/** `null` where the host has none, and needs none that it was not told of. */
const hostConfiguration = async ({ cephConf, cluster }: RbdRoute): Promise<string | null> => {
  const path = cephConf ?? `/etc/ceph/${cluster}.conf`;
  try {
    return (await readFile(path, 'utf8')).replaceAll(/\$cluster\b|\$\{cluster\}/g, cluster);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && cephConf === null) return null;
    throw new ConnectorFailure(`${path} cannot be read (${code})`, "put the cluster's configuration there");
  }
};
