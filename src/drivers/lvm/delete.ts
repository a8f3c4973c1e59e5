import { DriverFailure, type Volume } from '../contract.ts';
import { lvName, namedBy } from './names.ts';
import type { Found } from './programs.ts';
import type { LogicalVolume } from './report.ts';
import { removeSnapshot } from './snapshots.ts';
import { atPath, type LvmBackend, remove, requireClosed } from './volumes.ts';

/** With what an interrupted copy left of it, or of copies from it. */
export const deleteVolume = async (backend: LvmBackend, { id }: Volume): Promise<void> => {
  const { group, programs } = backend;
  const [name, filling, source] = (['volume', 'copy', 'source'] as const).map((kind) => lvName(group, kind, id)) as [
    string,
    string,
    string,
  ];
  const found = await programs.look([name, filling, source], { snapshotsOf: name });
  const volume = found(name);
  if (volume !== undefined) {
    await requireClosed(backend, volume);
    await removeThickSnapshots(backend, name, found);
  }
  for (const left of [found(filling), volume]) if (left !== undefined) await remove(backend, left);
  const snapshot = found(source);
  if (snapshot !== undefined) await removeSnapshot(backend, snapshot, found);
};

/** Those that a copy was made from go; a copy that is still made has its source pinned. LVM would remove any. */
export const removeThickSnapshots = async (backend: LvmBackend, origin: string, found: Found): Promise<void> => {
  const snapshots = found.all.filter((one) => one.origin === origin && !one.isThin);
  const isOfCopy = ({ name }: LogicalVolume): boolean => namedBy(name)?.kind === 'source';
  const standing = snapshots.find((snapshot) => !isOfCopy(snapshot));
  if (standing !== undefined) {
    throw new DriverFailure(
      `${atPath(backend, origin)} has the snapshot ${standing.name}, which would go with it`,
      'delete the snapshot first',
    );
  }
  for (const snapshot of snapshots) await removeSnapshot(backend, snapshot, found);
};
