/** What Scoria makes of Cinder's options for RBD, where it is not simply what Cinder makes of them. */
export const DIFFERENT: Readonly<Record<string, string>> = {
  rbd_ceph_conf: 'supported; told to hosts as `ceph_conf`, which Cinder does not',
  rbd_keyring_conf: 'supported as a path, told to hosts as `keyring_conf`; Cinder hands over the key itself',
  rbd_mapper: "not Cinder's, whose hosts map by the kernel unless they are told otherwise",
  rbd_secret_uuid: "supported; without it the cluster's fsid, as in Cinder",
  rbd_namespace: 'supported; Cinder has no such option',
  rbd_exclusive_cinder_pool:
    'supported: what the pool promises is asked for once a minute and counted along; with `false` for each volume',
  enable_deferred_deletion: 'supported, for every volume that has no clones; Cinder removes at once what it can',
  deferred_deletion_purge_interval: 'supported; a deletion empties the trash, and nothing does between deletions',
  rados_connect_timeout: 'supported; -1 is 15 seconds, and not the five minutes of Ceph',
  max_over_subscription_ratio: 'supported; `auto` is refused: give a number',
};

/** Cinder's options for RBD that the driver does not have, and refuses as unknown. */
export const REFUSED: readonly (readonly [options: string, why: string])[] = [
  ['`rbd_concurrent_flatten_operations`', 'as many volumes are made independent at once as are asked for'],
  ['`replication_device`, `replication_connect_timeout`', 'there is no replication'],
  ['`volume_backend_name`', "a backend's name is given when it is added"],
];
