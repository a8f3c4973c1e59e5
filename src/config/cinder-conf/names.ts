import { CINDER_CLASS, DRIVER_NAMES, namesOf } from '../../drivers/registry.ts';

/** Cinder's default. */
export const DEFAULT_CLASS = 'cinder.volume.drivers.lvm.LVMVolumeDriver';

const VENDORS = 'cinder.volume.drivers.';

/** Classes that had another name, as cinderlib's documents and old files have it. */
const MOVED: Readonly<Record<string, string>> = {
  'cinder.volume.driver.ISCSIDriver': DEFAULT_CLASS,
  'cinder.volume.driver.RBDDriver': `${VENDORS}rbd.RBDDriver`,
  [`${VENDORS}lvm.LVMISCSIDriver`]: DEFAULT_CLASS,
  [`${VENDORS}dell_emc.vmax.iscsi.VMAXISCSIDriver`]: `${VENDORS}dell_emc.powermax.iscsi.PowerMaxISCSIDriver`,
  [`${VENDORS}dell_emc.vmax.fc.VMAXFCDriver`]: `${VENDORS}dell_emc.powermax.fc.PowerMaxFCDriver`,
  [`${VENDORS}dell_emc.vxflexos.driver.VxFlexOSDriver`]: `${VENDORS}dell_emc.powerflex.driver.PowerFlexDriver`,
  [`${VENDORS}fujitsu.eternus_dx_fc.FJDXFCDriver`]: `${VENDORS}fujitsu.eternus_dx.eternus_dx_fc.FJDXFCDriver`,
  [`${VENDORS}fujitsu.eternus_dx_iscsi.FJDXISCSIDriver`]: `${VENDORS}fujitsu.eternus_dx.eternus_dx_iscsi.FJDXISCSIDriver`,
  [`${VENDORS}nimble.NimbleFCDriver`]: `${VENDORS}hpe.nimble.NimbleFCDriver`,
  [`${VENDORS}nimble.NimbleISCSIDriver`]: `${VENDORS}hpe.nimble.NimbleISCSIDriver`,
  [`${VENDORS}zadara.ZadaraVPSAISCSIDriver`]: `${VENDORS}zadara.zadara.ZadaraVPSAISCSIDriver`,
};

/** The driver for a class of Cinder's: one of Scoria's own, or Cinder's by its class. */
export const driverFor = (given: string): string => {
  const path = (Object.hasOwn(MOVED, given) ? MOVED[given] : undefined) ?? given;
  return DRIVER_NAMES.find((driver) => driver === path || namesOf(driver).includes(path)) ?? CINDER_CLASS + path;
};

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
