import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionInfo, ConnectionRequest, Volume } from '../contract.ts';
import { volumeName } from './names.ts';
import type { RbdOptions } from './options.ts';
import type { Programs } from './programs.ts';
import { MonitorsSchema } from './report.ts';

export interface Monitors {
  readonly fsid: string;
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
}

const ADDRESS = /^\[?(?<host>[^\]]+)\]?:(?<port>\d+)$/;

/** Where the monitors listen; of the two protocols the first, which every client speaks, where a monitor has both. */
export const readMonitors = async (programs: Programs): Promise<Monitors> => {
  const { fsid, mons } = MonitorsSchema.parse(await programs.ask('read the monitors', 'ceph', 'mon', 'dump'));
  const addresses = mons.flatMap(({ public_addrs: { addrvec } }) => {
    const chosen = addrvec.find(({ type }) => type === 'v1') ?? addrvec[0];
    const { host, port } = ADDRESS.exec(chosen?.addr ?? '')?.groups ?? {};
    return host === undefined || port === undefined ? [] : [{ host, port }];
  });
  return { fsid, hosts: addresses.map(({ host }) => host), ports: addresses.map(({ port }) => port) };
};

/**
 * As Cinder's. The key is no part of it: the host that attaches reads its own keyring, of which the path is told where
 * it is not Ceph's own.
 */
export const connectionInfo = (
  options: RbdOptions,
  place: string,
  { fsid, hosts, ports }: Monitors,
  { id }: Volume,
  connection: ConnectionRequest,
): ConnectionInfo => {
  const { rbd_cluster_name, rbd_user, rbd_secret_uuid, rbd_ceph_conf, rbd_keyring_conf } = options;
  const data: JsonObject = {
    name: `${place}/${volumeName(id)}`,
    hosts: [...hosts],
    ports: [...ports],
    cluster_name: rbd_cluster_name,
    auth_enabled: rbd_user !== undefined,
    auth_username: rbd_user ?? null,
    secret_type: 'ceph',
    secret_uuid: rbd_secret_uuid ?? fsid,
    volume_id: id,
    discard: true,
    ...(rbd_ceph_conf === undefined ? {} : { ceph_conf: rbd_ceph_conf }),
    ...(rbd_keyring_conf === undefined ? {} : { keyring_conf: rbd_keyring_conf }),
    // What tells two connections of one host from one another, besides what Cinder says.
    connection_id: connection.id,
  };
  return { driver_volume_type: 'rbd', data };
};
