import { withDefect } from './defect.ts';

/** Tells hosts what changes without them. */
export default withDefect('tells-the-size', (driver) => ({
  async initializeConnection(volume, request) {
    const { driver_volume_type, data } = await driver.initializeConnection(volume, request);
    return { driver_volume_type, data: { ...data, size_gib: volume.size } };
  },
}));
