/** What Scoria makes of Cinder's options for LVM, where it is not simply what Cinder makes of them. */
export const DIFFERENT: Readonly<Record<string, string>> = {
  lvm_type: 'supported; `auto` with `lvm_mirrors` is thick',
  lvm_mirrors:
    'supported for thick volumes, as RAID 1, because LVM no longer makes the mirrors that Cinder asks for; refused with `lvm_type: thin`',
  volume_clear: 'supported; `shred`, which Cinder had once, is refused',
  volume_clear_size: 'supported',
  volume_dd_blocksize: 'supported for copies; must be a multiple of 4096 bytes',
  max_over_subscription_ratio: 'supported; `auto` is refused: give a number',
  target_protocol: 'supported: `iscsi`, `nvmet_tcp`; `iser` and `nvmet_rdma` are refused',
  target_helper: 'supported: `tgtadm`, `lioadm`, `nvmet`; all others are refused with what to use instead',
  target_ip_address: "supported; without it the first address of this host, as Cinder's `$my_ip`",
  use_chap_auth: 'supported; refused with `target_helper: nvmet`',
  chap_password: 'supported, as a reference',
  iscsi_write_cache: 'supported for `tgtadm`, as in Cinder',
  volumes_dir: 'supported for `tgtadm`; another default than `$state_path/volumes`',
  filter_function: 'ignored with a warning: Scoria schedules nothing',
  goodness_function: 'ignored with a warning: Scoria schedules nothing',
};

/** Cinder's options for LVM that the driver does not have, and refuses as unknown. */
export const REFUSED: readonly (readonly [options: string, why: string])[] = [
  ['`lvm_share_target`', 'each volume has a target of its own'],
  ['`iscsi_target_flags`', 'nothing is handed to tgt unseen; say what you need it for'],
  ['`scst_target_iqn_name`, `scst_target_driver`', 'there is no SCST target'],
  ['`chiscsi_conf`', 'there is no Chelsio target'],
  ['`spdk_rpc_ip`, `spdk_rpc_port`, `spdk_rpc_username`, `spdk_rpc_password`, ...', 'there is no SPDK target'],
  ['`iser_*`, `num_iser_scan_tries`', 'there is no RDMA'],
  ['`volume_copy_blkio_cgroup_name`, `volume_copy_bps_limit`', 'copies are not slowed down; use `volume_clear_ionice`'],
  ['`volume_backend_name`', "a backend's name is given when it is added"],
  [
    '`report_discard_supported`, `backend_availability_zone`, `image_*`, `backup_*`',
    'there are no images, backups or zones',
  ],
];

/** What the driver runs as root. */
export const ROOT_COMMANDS: readonly (readonly [command: string, what: string])[] = [
  ['lvm fullreport -a --reportformat json ... GROUP', 'what the group has: setup, stats, reconcile, room in the pool'],
  ['lvs -a --reportformat json ... -S SELECTION GROUP', 'what one volume is'],
  ['lvcreate --yes ...', 'volumes, snapshots, the thin pool (`-T -L SIZEg GROUP/GROUP-pool`)'],
  ['lvextend -L SIZEg GROUP/NAME', 'growing'],
  ['lvrename GROUP NAME NAME', 'the end of a copy, adopting'],
  ['lvremove -f GROUP/NAME', 'deleting'],
  ['lvchange -ay|-an -K --yes GROUP/NAME', 'activating, deactivating'],
  ['lvchange --addtag|--deltag TAG GROUP/NAME', 'marking what is being reverted or deleted'],
  ['lvchange --poll y GROUP/NAME', 'ending a merge that was interrupted'],
  ['lvconvert --merge -i 1 GROUP/NAME', 'reverting'],
  ['lvconvert --yes --splitsnapshot GROUP/NAME', 'deleting a thick snapshot'],
  ['dd if=/dev/GROUP/NAME of=/dev/GROUP/NAME ...', 'copying thick volumes'],
  ['blkdiscard --zeroout --step N --length N /dev/GROUP/NAME', 'clearing'],
  ['ionice -cN blkdiscard ...', 'the same with `volume_clear_ionice`'],
  [
    'env LVM_SYSTEM_DIR=... lvs ...',
    "each of LVM's, where `lvm_conf_file` is there or `lvm_suppress_fd_warnings` is set",
  ],
];
