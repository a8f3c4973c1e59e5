import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Driver, defineDriver } from '../src/index.ts';

const TEBIBYTE = 1024 ** 4;

/** Does nothing, as `bench/cinderlib/noop_driver.py` does nothing for cinderlib: what is measured is all around it. */
export default defineDriver({
  name: 'noop',
  description: 'Does nothing',
  options: z.strictObject({
    chap: z.boolean().default(false).describe('Whether connections have a credential'),
    latency_ms: z.int().min(0).default(0).describe('How long a connection takes, in milliseconds'),
  }),
  connector: z.record(z.string(), z.json()),
  create: ({ chap, latency_ms }, { backendName }): Driver => ({
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
    initializeConnection: async () => {
      if (latency_ms > 0) await sleep(latency_ms);
      return { driver_volume_type: 'noop', data: chap ? { auth_password: 'correct horse battery' } : {} };
    },
    terminateConnection: async () => {},
    extend: { online: true, extendVolume: async () => {} },
  }),
});
