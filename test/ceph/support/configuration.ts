import type { PortBlock } from './ports.ts';

export interface ClusterOptions {
  /** `memstore` is the faster, and loses all when it is killed; `bluestore` keeps it in a file. */
  readonly store: 'memstore' | 'bluestore';
  readonly monitors: 1 | 3;
  /** Whether there is a manager, without which nothing knows how full the cluster is. */
  readonly manager: boolean;
  /** Whether snapshots must be protected before they are cloned, as on a cluster that old clients may use. */
  readonly clones: 'v1' | 'v2';
  readonly sizeBytes: number;
}

export const MONITORS = ['a', 'b', 'c'] as const;
export type Monitor = (typeof MONITORS)[number];

/** As Ceph writes addresses: of the present protocol, and of the first, which Cinder tells hosts. */
export const monitorAddress = ({ first }: PortBlock, monitor: Monitor): string => {
  const port = first + 2 * MONITORS.indexOf(monitor);
  return `[v2:127.0.0.1:${port},v1:127.0.0.1:${port + 1}]`;
};

export const configurationOf = (
  directory: string,
  fsid: string,
  ports: PortBlock,
  { store, sizeBytes }: ClusterOptions,
  monitors: readonly Monitor[],
): string => `[global]
fsid = ${fsid}
mon_host = ${monitors.map((monitor) => monitorAddress(ports, monitor)).join(',')}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
ms_bind_port_min = ${ports.first + 10}
ms_bind_port_max = ${ports.last}
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
run_dir = ${directory}/run
log_file = ${directory}/log/$name.log
log_to_stderr = false
crash_dir = ${directory}/crash
admin_socket = ${directory}/run/$name.asok
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
[mon]
mon_data = ${directory}/mon.$id
mon_cluster_log_file = ${directory}/log/cluster.log
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
mon_data_avail_warn = 1
mon_data_avail_crit = 0
[mgr]
mgr_data = ${directory}/mgr
mgr_module_path = /usr/share/ceph/mgr
mgr_initial_modules =
mgr_tick_period = 1
mgr_stats_period = 1
[osd]
osd_data = ${directory}/osd
osd_objectstore = ${store}
osd_class_load_list = *
osd_class_default_list = *
memstore_device_bytes = ${sizeBytes}
bluestore_block_create = true
bluestore_block_size = ${sizeBytes}
bluestore_block_wal_create = false
bluestore_block_db_create = false
bluestore_fsck_on_mkfs = false
# Otherwise memstore loses what it holds when it is stopped.
osd_fast_shutdown = false
osd_memory_target = 939524096
[client]
keyring = ${directory}/ceph.client.$id.keyring
admin_socket =
log_file =
log_to_stderr = true
# A discard gives back what it covers, so that what was discarded reads as zeros.
rbd_skip_partial_discard = false
rbd_discard_granularity_bytes = 0
`;
