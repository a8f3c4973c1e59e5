import { z } from 'zod';
import { type Driver, defineDriver } from '../src/index.ts';

const TEBIBYTE = 1024 ** 4;

/** Does nothing, as `bench/cinderlib/noop_driver.py` does nothing for cinderlib: what is measured is all around it. */
export default defineDriver({
  name: 'noop',
  description: 'Does nothing',
  options: z.strictObject({}),
  connector: z.record(z.string(), z.json()),
  create: (_options, { backendName }): Driver => ({
    setup: async () => {},
    stats: async () => ({
      volume_backend_name: backendName,
      vendor_name: 'bench',
      driver_version: '1.0.0',
      storage_protocol: 'noop',
      pools: [
        {
          pool_name: 'noop',
          total_capacity_bytes: 1000 * TEBIBYTE,
          free_capacity_bytes: 1000 * TEBIBYTE,
          provisioned_capacity_bytes: 0,
          reserved_percentage: 0,
          max_over_subscription_ratio: '20.0',
          thin_provisioning_support: true,
          thick_provisioning_support: false,
          multiattach: true,
        },
      ],
    }),
    createVolume: async () => undefined,
    deleteVolume: async () => {},
    findVolume: async () => null,
    createExport: async () => undefined,
    removeExport: async () => {},
    initializeConnection: async () => ({ driver_volume_type: 'noop', data: {} }),
    terminateConnection: async () => {},
    extend: { online: true, extendVolume: async () => {} },
  }),
});
