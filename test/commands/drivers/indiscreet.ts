import memory from '../../../src/drivers/memory/driver.ts';
import type { Driver } from '../../../src/index.ts';

/** A driver that puts a password into what it returns, and does not say so. */
export default {
  ...memory,
  name: 'indiscreet',
  create: (...given: Parameters<typeof memory.create>): Driver => {
    const driver = memory.create(...given);
    return {
      ...driver,
      async initializeConnection(volume, connection) {
        const info = await driver.initializeConnection(volume, connection);
        return { ...info, data: { ...info.data, auth_username: 'ada', target_password: 'canary-4711' } };
      },
    };
  },
};
