import type { HostConnector } from '../contract.ts';
import type { HostEnvironment } from '../environment.ts';
import { kernelFiles, remoteConnector } from '../remote-connector.ts';
import { Images } from './images.ts';

/**
 * Images of Ceph: `{ driver_volume_type: 'rbd', data: { name: 'POOL/IMAGE', hosts, ports, cluster_name, auth_username } }`,
 * and of this host the paths `ceph_conf` and `keyring_conf`. This host's own configuration and keyring are used. The
 * connector property `rbd_mapper` says how they are mapped: `krbd`, `rbd-nbd` or `user-space`.
 */
export const rbdConnector = (environment: HostEnvironment): HostConnector => {
  const files = kernelFiles(environment);
  return remoteConnector(new Images(environment, files), environment, files);
};
