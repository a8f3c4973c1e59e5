import { withDefect } from './defect.ts';

/** Tells hosts how to reach a volume, password and all, and does not say that it is one. */
export default withDefect('tells-a-password', (driver) => ({
  async initializeConnection(volume, request) {
    const { driver_volume_type, data } = await driver.initializeConnection(volume, request);
    return { driver_volume_type, data: { ...data, admin_password: 'canary-1701' } };
  },
}));
