import { execFile } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectorProperties } from '../../../../src/connectors/properties.ts';
import { differencesOnLvm } from '../../../../torture/check/lvm.ts';
import { foundWorld } from '../../../../torture/check/lvm-world.ts';
import { moduleFile } from '../../../../torture/module-file.ts';
import { startMultipath, startTargets } from '../host.ts';
import { newGroup, removeGroup } from '../lvm-group.ts';
import { SAVED } from '../target-trial.ts';
import type { Site } from './house.ts';
import { loseMemory } from './reboot.ts';

const run = promisify(execFile);

const GROUP = 'scoria-crash';
const DISKS = ['/dev/vda', '/dev/vdb'];
const ALWAYS = { volume_group: GROUP, target_ip_address: '127.0.0.1', volume_clear_size: 1 };
/** What LIO and tgt would make again after a boot. */
const SAVED_EXPORTS = [SAVED, '/var/lib/scoria/volumes'];
const PORTS = { iscsi: 3260, nvmet: 4420 };

/** Kinds of volumes, and of the way to them. */
export const ARRANGEMENTS = {
  'thick volumes over LIO': { lvm_type: 'default', target_helper: 'lioadm', target_port: PORTS.iscsi },
  'thin volumes over LIO': { lvm_type: 'thin', target_helper: 'lioadm', target_port: PORTS.iscsi },
  'thin volumes over tgt': { lvm_type: 'thin', target_helper: 'tgtadm', target_port: PORTS.iscsi },
  'thin volumes over NVMe-oF': {
    lvm_type: 'thin',
    target_helper: 'nvmet',
    target_protocol: 'nvmet_tcp',
    target_port: PORTS.nvmet,
  },
  'thick volumes over LIO and several paths': {
    lvm_type: 'default',
    target_helper: 'lioadm',
    target_port: PORTS.iscsi,
    target_secondary_ip_addresses: ['127.0.0.2'],
    use_multipath_for_image_xfer: true,
  },
} as const;

export type Arrangement = keyof typeof ARRANGEMENTS;

export interface LvmSite extends Site, AsyncDisposable {
  /** As the host does, but the volume group stays as the driver finds it after a boot: not active. */
  reboot(): Promise<void>;
}

/** A volume group of its own, and the daemons that a host with such storage runs. */
export const openLvmSite = async (name: Arrangement): Promise<LvmSite> => {
  const options = { ...ALWAYS, ...ARRANGEMENTS[name] };
  const multipath = 'use_multipath_for_image_xfer' in options;
  await newGroup(GROUP, ...DISKS);
  await startDaemons(options.target_helper, multipath);
  return {
    name,
    backend: { driver: moduleFile('drivers/lvm'), options },
    connector: () => connectorProperties({ multipath }),
    deviceOf: async (volumeId) => {
      const device = join('/dev', GROUP, `volume-${volumeId}`);
      const isActive = await access(device).then(
        () => true,
        () => false,
      );
      if (!isActive) await run('lvchange', ['-ay', '-K', `${GROUP}/volume-${volumeId}`]);
      await run('blockdev', ['--flushbufs', device]);
      return device;
    },
    differences: (stored) => differencesOnLvm(stored, GROUP),
    leftovers: () => foundWorld(GROUP),
    async reboot() {
      await loseMemory(GROUP);
      await startDaemons(options.target_helper, multipath);
    },
    async [Symbol.asyncDispose]() {
      // Also what a test that failed left.
      await loseMemory(GROUP);
      for (const path of SAVED_EXPORTS) await rm(path, { recursive: true, force: true });
      await removeGroup(GROUP, ...DISKS);
    },
  };
};

const MULTIPATH = `defaults {
  find_multipaths no
  user_friendly_names yes
  polling_interval 1
}
blacklist {
  devnode "^vd"
}
`;

const startDaemons = async (targetHelper: 'lioadm' | 'tgtadm' | 'nvmet', multipath: boolean): Promise<void> => {
  await startTargets(targetHelper);
  if (!multipath) return;
  await writeFile('/etc/multipath.conf', MULTIPATH);
  await startMultipath();
};
