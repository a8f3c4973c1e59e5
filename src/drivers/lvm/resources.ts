import type { ArrayResource } from '../../domain/backend/resource.ts';
import { gibToBytes } from '../../domain/backend/resource.ts';
import { DriverFailure, type ManageCapability, type ResourcesCapability, type Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import type { ExportedDevice, Target } from '../targets/contract.ts';
import { removeThickSnapshots } from './delete.ts';
import { devicePath, lvName, namedBy } from './names.ts';
import type { LogicalVolume } from './report.ts';
import { isSnapshot, removeSnapshot } from './snapshots.ts';
import { atPath, grow, type LvmBackend, notThere, remove, rename, requireClosed } from './volumes.ts';

/**
 * The volumes of the group by their names, and the exports of them by their targets' names. Which connection of the
 * record let a host in, a target does not know.
 */
export const resourcesOf = (backend: LvmBackend, target: () => Target): ResourcesCapability => ({
  connections: false,
  listResources: async () => {
    const [{ volumes }, exports] = await Promise.all([backend.programs.report(), exportsIn(backend, target())]);
    return [...volumes.filter(isResource).map(asResource), ...exports.map(asExport)];
  },
  findResource: async (reference) => {
    if (!isLvName(reference)) {
      const found = (await exportsIn(backend, target())).find((one) => one.reference === reference);
      return found === undefined ? null : asExport(found);
    }
    const found = (await backend.programs.look([reference]))(reference);
    return found === undefined || !isResource(found) ? null : asResource(found);
  },
  deleteResource: (reference) =>
    isLvName(reference) ? deleteByName(backend, reference) : removeExport(backend, target(), reference),
});

/** A target's name has a colon, which no logical volume's has. */
const isLvName = (reference: string): boolean => /^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/.test(reference);

const isResource = ({ isPool, isHidden, name }: LogicalVolume): boolean =>
  !isPool && (!isHidden || namedBy(name)?.kind === 'snapshot');

const asResource = (volume: LogicalVolume): ArrayResource => {
  const named = namedBy(volume.name);
  const common = { reference: volume.name, sizeBytes: volume.sizeBytes, provider_location: null };
  if (named?.kind === 'copy' || named?.kind === 'source') {
    return { kind: 'leftover', ...common, id: null, volume_id: named.id, reason_not_safe: 'it is half made' };
  }
  const isOfSnapshots = named?.kind === 'snapshot' || (named === null && volume.origin !== null && !volume.isThin);
  return {
    kind: isOfSnapshots ? 'snapshot' : 'volume',
    ...common,
    id: named?.id ?? null,
    volume_id: isOfSnapshots ? (namedBy(volume.origin ?? '')?.id ?? null) : null,
    reason_not_safe: whyUnsafe(volume),
  };
};

const whyUnsafe = (volume: LogicalVolume): string | null => {
  const { name, isOpen, isInvalid, isHidden } = volume;
  if (namedBy(name)?.kind === 'snapshot' && !isSnapshot(volume)) return 'it is half deleted';
  if (isHidden) return 'its volume is being reverted to it';
  if (isInvalid) return 'it ran out of space and its bytes are lost';
  return isOpen ? 'it is in use' : null;
};

/** Devices are named by their links, or by what LVM calls them for the kernel. */
const exportsIn = async ({ group }: LvmBackend, target: Target): Promise<readonly ExportedDevice[]> => {
  const places = [`/dev/${group}/`, `/dev/mapper/${group.replaceAll('-', '--')}-`];
  const exports = await target.listExports();
  return exports.filter(({ devicePath: device }) => places.some((place) => device?.startsWith(place)));
};

const asExport = ({ reference, volumeId, provider_location }: ExportedDevice): ArrayResource => ({
  kind: 'export',
  reference,
  id: null,
  volume_id: volumeId,
  sizeBytes: null,
  provider_location,
  reason_not_safe: null,
});

const deleteByName = async (backend: LvmBackend, name: string): Promise<void> => {
  const found = await backend.programs.look([name], { snapshotsOf: name });
  const volume = found(name);
  if (volume === undefined) return;
  if (!isResource(volume)) throw new DriverFailure(`${atPath(backend, name)} is a part of LVM's own`, 'leave it alone');
  await requireClosed(backend, volume);
  if (volume.origin !== null) return removeSnapshot(backend, volume, found);
  await removeThickSnapshots(backend, name, found);
  await remove(backend, volume);
};

/** Of what is exported, only the volume's id is known; its target's name is made of that. */
const removeExport = async (backend: LvmBackend, target: Target, reference: string): Promise<void> => {
  const found = (await exportsIn(backend, target)).find((one) => one.reference === reference);
  if (found === undefined) return;
  const { volumeId: id, provider_location } = found;
  if (id === null) throw new DriverFailure(`${reference} tells no volume`, "remove it by the target's own programs");
  await target.removeExport({ id, provider_location, provider_auth: null } as Volume);
};

/** A volume of another name becomes this one by its name alone. */
export const manageIn = (backend: LvmBackend): ManageCapability => ({
  manageExisting: async (volume, reference) => {
    const name = lvName(backend.group, 'volume', volume.id);
    const found = await backend.programs.look(isLvName(reference) ? [reference, name] : [name]);
    const existing = found(reference) ?? found(name);
    if (existing === undefined) throw notThere(backend, reference);
    await requireAdoptable(backend, existing);
    const wanted = gibToBytes(volume.size);
    if (existing.sizeBytes > wanted) {
      throw new DriverFailure(`${atPath(backend, existing.name)} is larger than ${volume.size} GiB`, 'adopt it anew');
    }
    if (existing.name !== name) await rename(backend, existing.name, name);
    if (existing.sizeBytes < wanted) await halfway(() => grow(backend, name, volume.size));
    return undefined;
  },
});

const requireAdoptable = async (backend: LvmBackend, volume: LogicalVolume): Promise<void> => {
  const { kind } = namedBy(volume.name) ?? { kind: 'volume' };
  if (volume.isPool || volume.isHidden || kind !== 'volume' || (volume.origin !== null && !volume.isThin)) {
    const path = devicePath(backend.group, volume.name);
    throw new DriverFailure(`${path} is no volume`, 'give the name of one that is no snapshot, copy or pool');
  }
  await requireClosed(backend, volume);
};
