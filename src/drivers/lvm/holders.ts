import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { DriverFailure } from '../contract.ts';

/** Says who has a device open, as far as this host tells. */
const holderOf = async (device: string): Promise<string> => {
  const node = basename(await realpath(device).catch(() => device));
  const sysfs = `/sys/class/block/${node}`;
  const number = (await readFile(`${sysfs}/dev`, 'utf8').catch(() => '')).trim();
  const mounted = (await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , device]) => device === number && number !== '');
  if (mounted !== undefined) return `it is mounted at ${mounted[4]}`;
  const [above] = await readdir(`${sysfs}/holders`).catch(() => []);
  if (above === undefined) return 'an export or a program has it open';
  const name = await readFile(`/sys/class/block/${above}/dm/name`, 'utf8').catch(() => above);
  return `${name.trim()} is built on it`;
};

export const inUse = async (device: string): Promise<DriverFailure> =>
  new DriverFailure(
    `${device} is in use: ${await holderOf(device)}`,
    'detach or unmount it first, and remove its export; lsof and dmsetup ls --tree show the rest',
  );
