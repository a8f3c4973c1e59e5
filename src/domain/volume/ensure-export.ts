import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { type BackendFacts, liveVolume, reachableBackend } from './checks.ts';
import { FailureSchema, isConnected, ResourceId, type VolumeState, volumeEvents } from './volume.ts';

const EnsuredSchema = z.strictObject({ connections: z.array(ResourceId).readonly() });

/** What is missing of the volume's export is about to be made again, and the hosts of these connections let in. */
export const ExportEnsureRequested = volumeEvents.intent('ExportEnsureRequested', EnsuredSchema);
/** The hosts of these connections reach the volume as their connection info says. */
export const ExportEnsured = volumeEvents.outcome('ExportEnsured', EnsuredSchema);
/** Some host may be shut out still; it may be asked for again. */
export const ExportEnsureFailed = volumeEvents.outcome(
  'ExportEnsureFailed',
  z.strictObject({ failure: FailureSchema }),
);

/**
 * Makes the export of a connected volume again where it is gone, as after a reboot of the host that exports it, and lets
 * its hosts in. What stands stays as it is; a volume without connections has nothing to be made.
 */
export const EnsureVolumeExport = command('EnsureVolumeExport', z.strictObject({ volume_id: ResourceId }));

export const decideEnsureVolumeExport = (
  state: VolumeState,
  { volume_id }: InputOf<typeof EnsureVolumeExport>,
  facts: BackendFacts,
): Decision => {
  const volume = liveVolume(state, volume_id);
  if (E.isLeft(volume)) return volume;
  const connections = Object.values(state.connections)
    .filter(isConnected)
    .map(({ id }) => id);
  if (connections.length === 0) return nothingToDo;
  const backend = reachableBackend(facts.backend, volume.right.backend_name);
  return E.isLeft(backend) ? backend : record(ExportEnsureRequested.of({ connections }));
};
