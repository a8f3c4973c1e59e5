import { withDefect } from './defect.ts';

/** Whatever is exported anew gets the next number. */
export default withDefect('exports-elsewhere', (driver, array) => {
  let next = 0;
  const luns = new Map<string, number>();
  return {
    async createExport(volume, connector) {
      if (!array.exports.has(volume.id)) luns.set(volume.id, next++);
      return driver.createExport(volume, connector);
    },
    async initializeConnection(volume, request) {
      const { driver_volume_type, data } = await driver.initializeConnection(volume, request);
      return { driver_volume_type, data: { ...data, target_lun: luns.get(volume.id) ?? 0 } };
    },
  };
});
