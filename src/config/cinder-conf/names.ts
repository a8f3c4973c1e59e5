/** Cinder's default. */
export const DEFAULT_CLASS = 'cinder.volume.drivers.lvm.LVMVolumeDriver';

/** Options that had another name in Cinder before (`deprecated_name`), or have it still in some release. */
const RENAMED: Readonly<Record<string, string>> = {
  iscsi_helper: 'target_helper',
  iscsi_ip_address: 'target_ip_address',
  iscsi_port: 'target_port',
  iscsi_protocol: 'target_protocol',
  iscsi_secondary_ip_addresses: 'target_secondary_ip_addresses',
  iscsi_target_prefix: 'target_prefix',
  lvm_max_over_subscription_ratio: 'max_over_subscription_ratio',
};

export const optionNameOf = (given: string): string =>
  (Object.hasOwn(RENAMED, given) ? RENAMED[given] : undefined) ?? given;

/** What Cinder's drivers take from [DEFAULT] where their own option is not given. */
export const BY_REFERENCE: Readonly<Record<string, { readonly option: string; readonly suffix: string }>> = {
  target_ip_address: { option: 'my_ip', suffix: '' },
  volumes_dir: { option: 'state_path', suffix: '/volumes' },
};

/** Cinder's defaults of what others are often made of. */
export const DEFAULTS: Readonly<Record<string, string>> = { state_path: '/var/lib/cinder' };
