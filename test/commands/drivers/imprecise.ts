import memory from '../../../src/drivers/memory/driver.ts';
import type { Driver } from '../../../src/index.ts';

/** A driver that puts a number into what it returns that no event may hold. */
export default {
  ...memory,
  name: 'imprecise',
  create: (...given: Parameters<typeof memory.create>): Driver => ({
    ...memory.create(...given),
    initializeConnection: async () => ({ driver_volume_type: 'local', data: { size_gib: 20.5 } }),
  }),
};
