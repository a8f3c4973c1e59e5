import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { connectorWith } from '../../../src/drivers/connector-schema.ts';
import { type Driver, DriverFailure, defineDriver } from '../../../src/drivers/contract.ts';

const CALLS = ['setup', 'stats', 'createVolume', 'findVolume', 'deleteVolume', 'close'] as const;

/**
 * An array of which each volume is a file. A call that a file in its directory is named after does not end: by what the
 * file's extension says, it waits for a `program`, for one that is `deaf` to SIGTERM, for the `signal`, or for nothing.
 */
export default defineDriver({
  name: 'hanging',
  description: 'Hangs where it is told to',
  options: z.strictObject({ directory: z.string() }),
  connector: connectorWith('host'),
  create: ({ directory }, { backendName, run, signal }): Driver => {
    const at = (name: string) => join(directory, name);
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      program: () => run('sh', ['-c', `echo $$ > ${at('pid')}; exec sleep 600`]),
      deaf: () => run('sh', ['-c', `trap '' TERM; echo $$ > ${at('pid')}; while :; do sleep 600; done`]),
      signal: () =>
        new Promise((_, reject) => {
          const stopped = new DriverFailure('the array gave up at once', 'give the command again');
          if (signal().aborted) reject(stopped);
          signal().addEventListener('abort', () => reject(stopped));
        }),
      nothing: () => new Promise(() => {}),
    };
    const through = async (call: (typeof CALLS)[number]): Promise<void> => {
      const way = Object.keys(ways).find((extension) => existsSync(at(`${call}.${extension}`)));
      if (way === undefined) return;
      writeFileSync(at('hangs'), call);
      // What keeps a socket open keeps a process alive, too.
      const socket = setInterval(() => {}, 1_000);
      await ways[way]?.().finally(() => clearInterval(socket));
    };
    return {
      setup: () => through('setup'),
      stats: async () => {
        await through('stats');
        const driver_version = '1';
        return {
          volume_backend_name: backendName,
          vendor_name: 'Scoria',
          driver_version,
          storage_protocol: 'file',
          pools: [],
        };
      },
      createVolume: async ({ id }) => {
        await through('createVolume');
        writeFileSync(at(id), '');
        return undefined;
      },
      findVolume: async ({ id, size }) => {
        await through('findVolume');
        return existsSync(at(id)) ? { sizeBytes: BigInt(size) * 1024n ** 3n } : null;
      },
      deleteVolume: async ({ id }) => {
        await through('deleteVolume');
        rmSync(at(id), { force: true });
      },
      createExport: async () => undefined,
      removeExport: async () => {},
      initializeConnection: async () => ({ driver_volume_type: 'nowhere', data: {} }),
      terminateConnection: async () => {},
      close: () => through('close'),
    };
  },
});
