import { evolveStream } from '../../domain/streams.ts';
import { NO_VOLUME, type Volume, type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import type { Engine } from '../../library/engine.ts';
import type { Ledger, Made } from '../driver/made.ts';

/**
 * Deletes these volumes and what they have through the engine, as far as it goes, so that the record says so. Then notes
 * in the ledger all that the record says was ever made: a driver may have said that it is gone and kept it.
 */
export const sweep = async (engine: Engine, ids: readonly string[], ledger: Ledger): Promise<void> => {
  for (const id of ids.toReversed()) await deleteRecorded(engine, id);
  for (const id of ids) for (const made of await everMade(engine, id)) await ledger.note(made);
};

/** Refusals are no matter: what stays is noted. */
const deleteRecorded = async (engine: Engine, id: string): Promise<void> => {
  const known = (await engine.view()).volumes().find((volume) => volume.id === id);
  if (known === undefined) return;
  for (const { id: connection_id } of known.connections) {
    await engine.execute({ type: 'DetachVolume', volume_id: id, connection_id, force: true });
  }
  for (const { id: snapshot_id } of known.snapshots.toReversed()) {
    await engine.execute({ type: 'DeleteSnapshot', volume_id: id, snapshot_id });
  }
  await engine.execute({ type: 'DeleteVolume', volume_id: id });
};

/** The volume and its snapshots, also those that are recorded as deleted, and the connections that it has now. */
export const everMade = async (engine: Engine, id: string): Promise<readonly Made[]> => {
  const snapshots = new Map<string, Made>();
  let volume: Volume | null = null;
  let state: VolumeState = NO_VOLUME;
  for await (const event of (await engine.view()).events({ stream: volumeStream(id) })) {
    state = evolveStream('volume', state, event) as VolumeState;
    volume = state.volume ?? volume;
    if (volume === null) continue;
    for (const snapshot of Object.values(state.snapshots)) {
      snapshots.set(snapshot.id, { kind: 'snapshot', id: snapshot.id, volume, snapshot });
    }
  }
  if (volume === null) return [];
  const of = volume;
  const connections = Object.values(state.connections).map(
    (connection): Made => ({ kind: 'connection', id: connection.id, volume: of, connection }),
  );
  return [{ kind: 'volume', id, volume }, ...snapshots.values(), ...connections];
};
