import { describe, expect, test } from 'vitest';
import { cinderName, placeOf } from '../../../src/drivers/cinder/place.ts';
import { absoluteDriverName } from '../../../src/drivers/registry.ts';

const CINDERS = 'cinder.volume.drivers';

describe('the name of a class', () => {
  test.each([
    [`${CINDERS}.solidfire.SolidFireDriver`, `cinder:${CINDERS}.solidfire.SolidFireDriver`],
    ['vendor.driver.VendorDriver', 'cinder:vendor.driver.VendorDriver'],
    ['cinder:vendor.driver.VendorDriver', 'cinder:vendor.driver.VendorDriver'],
    ['cinder:/usr/bin/python3:vendor.driver.VendorDriver', 'cinder:vendor.driver.VendorDriver'],
    ['cinder:/opt/v/bin/python3:vendor.driver.VendorDriver', 'cinder:/opt/v/bin/python3:vendor.driver.VendorDriver'],
    [`${CINDERS}.dell_emc.vmax.iscsi.VMAXISCSIDriver`, `cinder:${CINDERS}.dell_emc.powermax.iscsi.PowerMaxISCSIDriver`],
    [`cinder:${CINDERS}.nimble.NimbleFCDriver`, `cinder:${CINDERS}.hpe.nimble.NimbleFCDriver`],
    [`${CINDERS}.rbd.RBDDriver`, 'rbd'],
    [`${CINDERS}.lvm.LVMVolumeDriver`, 'lvm'],
    [`cinder:${CINDERS}.rbd.RBDDriver`, `cinder:${CINDERS}.rbd.RBDDriver`],
  ])('%s is recorded as %s', (given, recorded) => {
    expect(absoluteDriverName(given)).toBe(recorded);
  });

  test.each(['file', './driver.ts', 'npm:some.Package', 'drivers/mine.ts', '/opt/Driver.mjs'])(
    '%s names none',
    (name) => {
      expect(cinderName(name)).toBeNull();
    },
  );

  test.each(['cinder:', 'cinder:Class', 'cinder:python3:a.B', 'cinder:a.B; rm', 'cinder:../x.B'])(
    '%s is refused, with what would be right',
    (name) => {
      expect(() => placeOf(name)).toThrow(
        expect.objectContaining({ rejection: expect.objectContaining({ code: 'UnknownDriver' }) }),
      );
    },
  );
});
