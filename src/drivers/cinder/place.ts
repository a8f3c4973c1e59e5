import { rejections, ScoriaError } from '../../domain/errors.ts';

/** Debian's Python, which finds what Debian installs. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

/** A driver's class, and the Python that has it. */
export interface ClassPlace {
  readonly python: string;
  readonly path: string;
}

/** Precedes the class path of a driver of Cinder's own. */
export const CINDER_CLASS = 'cinder:';
const CLASS = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;

/** Classes that moved, from their names in older documents of Cinder and of cinderlib: all in `cinder.volume`. */
const MOVED: Readonly<Record<string, string>> = {
  'driver.ISCSIDriver': 'drivers.lvm.LVMVolumeDriver',
  'driver.RBDDriver': 'drivers.rbd.RBDDriver',
  'drivers.lvm.LVMISCSIDriver': 'drivers.lvm.LVMVolumeDriver',
  'drivers.dell_emc.scaleio.driver.ScaleIODriver': 'drivers.dell_emc.powerflex.driver.PowerFlexDriver',
  'drivers.dell_emc.vmax.fc.VMAXFCDriver': 'drivers.dell_emc.powermax.fc.PowerMaxFCDriver',
  'drivers.dell_emc.vmax.iscsi.VMAXISCSIDriver': 'drivers.dell_emc.powermax.iscsi.PowerMaxISCSIDriver',
  'drivers.dell_emc.vxflexos.driver.VxFlexOSDriver': 'drivers.dell_emc.powerflex.driver.PowerFlexDriver',
  'drivers.emc.xtremio.XtremIOFCDriver': 'drivers.dell_emc.xtremio.XtremIOFCDriver',
  'drivers.emc.xtremio.XtremIOISCSIDriver': 'drivers.dell_emc.xtremio.XtremIOISCSIDriver',
  'drivers.fujitsu.eternus_dx_fc.FJDXFCDriver': 'drivers.fujitsu.eternus_dx.eternus_dx_fc.FJDXFCDriver',
  'drivers.fujitsu.eternus_dx_iscsi.FJDXISCSIDriver': 'drivers.fujitsu.eternus_dx.eternus_dx_iscsi.FJDXISCSIDriver',
  'drivers.nimble.NimbleFCDriver': 'drivers.hpe.nimble.NimbleFCDriver',
  'drivers.nimble.NimbleISCSIDriver': 'drivers.hpe.nimble.NimbleISCSIDriver',
  'drivers.zadara.ZadaraVPSAISCSIDriver': 'drivers.zadara.zadara.ZadaraVPSAISCSIDriver',
};
const CINDERS = 'cinder.volume.';

/** What a class is called today. */
export const presentPath = (path: string): string => {
  const name = path.startsWith(CINDERS) ? path.slice(CINDERS.length) : '';
  return Object.hasOwn(MOVED, name) ? `${CINDERS}${MOVED[name]}` : path;
};

/** Whether it is what Cinder's `volume_driver` has: `package.module.Class`. */
export const isClassPath = (name: string): boolean => CLASS.test(name) && /^[A-Z]/.test(name.split('.').at(-1) ?? '');

/** The name of a class in the form in which it is recorded; `null` for what names none. */
export const cinderName = (name: string): string | null => {
  if (isClassPath(name)) return CINDER_CLASS + presentPath(name);
  if (!name.startsWith(CINDER_CLASS)) return null;
  const { python, path } = placeOf(name);
  return CINDER_CLASS + (python === SYSTEM_PYTHON ? '' : `${python}:`) + presentPath(path);
};

/** `cinder:CLASS`, or `cinder:/path/to/python3:CLASS`. */
export const placeOf = (name: string): ClassPlace => {
  const words = name.slice(CINDER_CLASS.length).split(':');
  const path = words.pop() ?? '';
  const python = words.join(':') || SYSTEM_PYTHON;
  if (CLASS.test(path) && python.startsWith('/')) return { python, path };
  throw new ScoriaError(
    rejections.UnknownDriver(
      `${JSON.stringify(name)} names no class of a driver`,
      'give cinder:package.module.Class, or cinder:/path/to/python3:package.module.Class',
      { driver: name },
    ),
  );
};
