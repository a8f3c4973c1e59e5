import { evolveVolume } from '../../domain/streams.ts';
import { NO_VOLUME, type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import type { Volume } from '../../drivers/contract.ts';
import type { Engine } from '../../library/engine.ts';
import { cleanUp, type Leftover, releasing } from '../driver/clean-up.ts';
import { type CheckNotes, Ledger, type Made } from '../driver/made.ts';
import type { DriverSubject } from '../driver/subject.ts';
import { asDriverGets } from '../resources.ts';

export interface SweepSite {
  readonly engine: Engine;
  readonly subject: Pick<DriverSubject, 'driver' | 'host'>;
  readonly notes: CheckNotes | null;
}

/**
 * Deletes these volumes and what they have through the engine, as far as it goes, so that the record says so. Then asks
 * the driver about all that was ever made: it may have said that something is gone and kept it. Answers what is left.
 */
export const takenAway = async (site: SweepSite, ids: readonly string[]): Promise<readonly Leftover[]> => {
  const { engine, subject, notes } = site;
  for (const id of ids.toReversed()) await deleteRecorded(engine, id);
  const ledger = new Ledger();
  for (const id of ids) for (const made of await everMade(engine, id)) await ledger.note(made);
  const leftovers = await cleanUp(ledger, { driver: subject.driver, release: releasing(subject.host) });
  const left = new Set(leftovers.map(({ volume_id }) => volume_id));
  await notes?.cleaned(ids.filter((id) => !left.has(id)));
  return leftovers;
};

/** Refusals are no matter: what stays is noted. */
const deleteRecorded = async (engine: Engine, id: string): Promise<void> => {
  const known = (await engine.view()).volumes().find((volume) => volume.id === id);
  if (known === undefined) return;
  for (const { id: connection_id } of known.connections) {
    const reason = 'a check cleans up';
    await engine.execute({ type: 'DetachVolume', volume_id: id, connection_id, force: true }, { reason });
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
    state = evolveVolume(state, event);
    volume = state.volume === null ? volume : asDriverGets(state.volume);
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
