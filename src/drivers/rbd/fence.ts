import { setTimeout as passed } from 'node:timers/promises';
import type { Connection } from '../../domain/volume/volume.ts';
import type { Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { type RbdBackend, watchersOf } from './images.ts';
import { volumeName } from './names.ts';

/** What has an image open for a moment is no host, but a program of whoever manages it. */
const A_MOMENT_MS = 1_000;
const ADDRESS = /^\[?(?<host>.+?)\]?:\d+\/\d+$/;

/**
 * Keeps whatever of that host has the volume open from writing to it again: the host may be dead, or come back with what
 * it has not written yet. Ceph forgets after an hour.
 */
export const shutOut = async (
  backend: RbdBackend,
  { id }: Volume,
  { connector: { ip, host } }: Connection,
  others: readonly Connection[],
): Promise<void> => {
  if (others.some(({ connector }) => connector.host === host)) return;
  const image = volumeName(id);
  const ofHost = async (): Promise<readonly string[]> => {
    const watchers = await watchersOf(backend, image);
    return watchers.filter((address) => ADDRESS.exec(address)?.groups?.host === ip);
  };
  const before = await ofHost();
  if (before.length === 0) return;
  await passed(A_MOMENT_MS);
  for (const address of (await ofHost()).filter((one) => before.includes(one))) {
    await halfway(() => backend.programs.order(`shut ${address} out`, 'osd', 'blocklist', 'add', address));
  }
};
