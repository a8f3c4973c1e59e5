import { readdir, readFile } from 'node:fs/promises';
import { createCommandRunner } from '../../../src/drivers/command-runner.ts';
import { silentLogger } from '../../../src/logging.ts';

/** Of the commands that a test starts itself. */
export const shell = createCommandRunner({ rootHelper: '', log: silentLogger });

export const lvs = async (group: string): Promise<readonly string[]> => {
  const { stdout } = await shell('lvs', ['--noheadings', '-o', 'lv_name', group]);
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((name) => name !== '');
};

/** What is in a group, its thin pool aside. */
export const volumesOf = async (group: string): Promise<readonly string[]> =>
  (await lvs(group)).filter((name) => name !== `${group}-pool`);

/** A new and empty group on the disks, whatever was on them. */
export const newGroup = async (group: string, ...disks: readonly string[]): Promise<void> => {
  await removeGroup(group, ...disks);
  for (const disk of disks) await shell('pvcreate', ['-q', '-ff', '--yes', disk]);
  await shell('vgcreate', ['-q', group, ...disks]);
};

export const removeGroup = async (group: string, ...disks: readonly string[]): Promise<void> => {
  const any = { expectedExitCodes: [0, 5] };
  await shell('vgremove', ['-q', '-ff', '--yes', group], any);
  for (const disk of disks) await shell('pvremove', ['-q', '-ff', '--yes', disk], any);
};

/** The device maps that there are, by their names. */
export const deviceMaps = async (): Promise<readonly string[]> => {
  const devices = (await readdir('/sys/class/block')).filter((name) => name.startsWith('dm-'));
  return Promise.all(devices.map(async (name) => (await readFile(`/sys/class/block/${name}/dm/name`, 'utf8')).trim()));
};
