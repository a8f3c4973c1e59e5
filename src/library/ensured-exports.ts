import { v5 as uuid5 } from 'uuid';
import type { CommandContext } from '../commands/given.ts';
import type { Rejection } from '../domain/errors.ts';
import { isConnected, type VolumeState } from '../domain/volume/volume.ts';
import { Limits } from '../lines.ts';
import type { Commander } from './commander.ts';

/** What became of the exports of a backend's connected volumes. */
export interface EnsuredExports {
  readonly backend: string;
  /** The ids of the volumes whose hosts are let in. */
  readonly ensured: readonly string[];
  readonly failed: readonly { readonly volume_id: string; readonly error: Rejection }[];
}

const VOLUMES_AT_ONCE = 16;

/** Each volume by a command of its own, whose id follows from the context's, so that a repeat is one for each. */
export const ensureExports = async (
  backend: string,
  volumes: readonly VolumeState[],
  { execute }: Pick<Commander, 'execute'>,
  { commandId, ...context }: CommandContext,
): Promise<EnsuredExports> => {
  const limits = new Limits(VOLUMES_AT_ONCE);
  const ensured: string[] = [];
  const failed: EnsuredExports['failed'][number][] = [];
  const ensure = async (volume_id: string): Promise<void> => {
    const own = commandId === undefined ? {} : { commandId: uuid5(volume_id, commandId) };
    const outcome = await execute({ type: 'EnsureVolumeExport', volume_id }, { ...context, ...own });
    if (outcome._tag === 'Left') failed.push({ volume_id, error: outcome.left });
    else ensured.push(volume_id);
  };
  const connected = volumes.flatMap(({ volume, connections }) =>
    volume !== null && Object.values(connections).some(isConnected) ? [volume.id] : [],
  );
  await Promise.all(connected.map((id) => limits.within('volumes', () => ensure(id))));
  return { backend, ensured, failed };
};
