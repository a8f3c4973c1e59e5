import { DriverFailure } from '../contract.ts';
import type { RunCommand } from '../run-command.ts';
import { isThere } from './host-files.ts';

export const CONFIGFS = '/sys/kernel/config';

/** Loads what is not there yet; its folder under configfs then is. */
export const needModules = async (run: RunCommand, modules: readonly string[], folder: string): Promise<void> => {
  if (!(await areLoaded(modules)) || !(await isThere(folder))) {
    await run('modprobe', ['--all', ...modules], { root: true }).catch((cause: unknown) => {
      throw new DriverFailure(
        `the kernel modules ${modules.join(', ')} cannot be loaded`,
        'install a kernel that has them, or load them at boot by /etc/modules-load.d',
        { cause },
      );
    });
  }
  if (await isThere(folder)) return;
  throw new DriverFailure(
    `${folder} is not there, where targets are made`,
    `mount configfs: mount -t configfs configfs ${CONFIGFS}`,
  );
};

const areLoaded = async (modules: readonly string[]): Promise<boolean> => {
  const loaded = await Promise.all(modules.map((module) => isThere(`/sys/module/${module}`)));
  return loaded.every(Boolean);
};
