import { DriverFailure } from '../../../src/drivers/contract.ts';
import type { MakeTarget } from '../../../src/drivers/targets/contract.ts';

/** Exports that only this host reaches: the device itself, which the connector `local` attaches. */
export const hereTarget = (): { readonly make: MakeTarget; readonly grown: string[] } => {
  const exported = new Map<string, string>();
  const grown: string[] = [];
  return {
    grown,
    make: () => ({
      storageProtocol: 'local',
      setup: async () => {},
      assertFits: () => {},
      createExport: async ({ id }, devicePath) => {
        exported.set(id, devicePath);
        return { provider_location: devicePath };
      },
      removeExport: async ({ id }) => void exported.delete(id),
      grant: async ({ id }, { id: connection_id, attach_mode }) => {
        const device_path = exported.get(id);
        if (device_path === undefined) throw new DriverFailure('it is not exported', 'export it first');
        const data = { device_path, access_mode: attach_mode, volume_id: id, connection_id };
        return { driver_volume_type: 'local', data };
      },
      revoke: async () => {},
      deviceGrew: async ({ id }) => void grown.push(id),
      listExports: async () =>
        [...exported].map(([volumeId, devicePath]) => ({
          reference: `here:${volumeId}`,
          devicePath,
          volumeId,
          initiators: [],
          provider_location: devicePath,
        })),
    }),
  };
};
