import { connectionNotFound, snapshotNotFound } from '../../domain/volume/checks.ts';
import type { Connection, Snapshot, Volume as VolumeRecord, VolumeState } from '../../domain/volume/volume.ts';
import type { Driver, FoundVolume, SnapshotCapability, Volume, VolumeModelUpdate } from '../../drivers/contract.ts';
import { askedAbout } from '../driver-queries.ts';
import { type Reconciled, Refused, type Work } from '../operation.ts';

/** The volume that an intent is about: its decider saw it. What is sealed in it, the driver's guard opens. */
export const volumeOf = ({ volume }: VolumeState): Volume => {
  if (volume === null) throw new TypeError('the stream has no volume');
  return volume as Volume;
};

/** Its decider saw it, but a question that is taken up later may be about what is gone by then. */
export const snapshotOf = ({ snapshots }: VolumeState, id: string): Snapshot => {
  const snapshot = snapshots[id];
  if (snapshot === undefined) throw new Refused(snapshotNotFound(id));
  return snapshot;
};

/** As with snapshots. */
export const connectionOf = ({ connections }: VolumeState, id: string): Connection => {
  const connection = connections[id];
  if (connection === undefined) throw new Refused(connectionNotFound(id));
  return connection;
};

/** A part of the driver that its registration said it has. */
export const capability = async <Name extends 'extend' | 'clone' | 'snapshots' | 'revert' | 'resources' | 'manage'>(
  driver: () => Promise<Driver>,
  name: Name,
): Promise<NonNullable<Driver[Name]>> => {
  const part = (await driver())[name];
  if (part === undefined) throw new TypeError(`the driver has no ${name}`);
  return part;
};

export const snapshotCapability = (driver: () => Promise<Driver>): Promise<SnapshotCapability> =>
  capability(driver, 'snapshots');

/** A question outside of any effect. */
export const findOnArray = (driver: Driver, volume: VolumeRecord): Promise<FoundVolume | null> =>
  driver.findVolume(askedAbout(volume));

export const findSnapshotOnArray = async (
  driver: Driver,
  snapshot: Snapshot,
  volume: VolumeRecord,
): Promise<FoundVolume | null> => (await driver.snapshots?.findSnapshot(snapshot, askedAbout(volume))) ?? null;

/** Whether a volume was made: the array has it. */
export const findVolume = async ({
  state,
  driver,
}: Work<'volume', unknown>): Promise<Reconciled<VolumeModelUpdate | undefined>> => {
  const found = await (await driver()).findVolume(volumeOf(state));
  return found === null ? { happened: false } : { happened: true, answer: found.modelUpdate };
};

/** Takes away what is half made of a volume. */
export const unmakeVolume = async ({ state, driver }: Work<'volume', unknown>): Promise<void> =>
  (await driver()).deleteVolume(volumeOf(state));
