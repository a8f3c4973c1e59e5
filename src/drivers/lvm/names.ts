import { ResourceId } from '../../domain/volume/volume.ts';
import { DriverFailure } from '../contract.ts';

/** `copy`: a volume that is being filled. `source`: the snapshot that it is filled from, which Cinder names so too. */
const PREFIXES = { volume: 'volume-', snapshot: '_snapshot-', copy: 'copying-', source: 'clone-snap-' } as const;

export type Kind = keyof typeof PREFIXES;

/** Words that LVM keeps for the parts of volumes. */
const RESERVED =
  /_(cdata|cmeta|corig|cpool|cvol|imeta|iorig|mimage|mlog|pmspare|rimage|rmeta|tdata|tmeta|vdata|vorigin|wcorig)/;

/** The kernel's limit for the name of a device, in which every hyphen of a name stands twice. */
const DEVICE_NAME_BYTES = 127;
const LONGEST_PART = '_mlog_mimage_0';

const deviceName = (group: string, name: string): string =>
  [group, name].map((one) => one.replaceAll('-', '--')).join('-');

/** Cinder's names for LVM. An id that LVM could not hold in every name that is made of it is refused. */
export const lvName = (group: string, kind: Kind, id: string): string => {
  const longest = deviceName(group, `${PREFIXES.source}${id}`) + LONGEST_PART;
  const why =
    (!ResourceId.safeParse(id).success && 'has characters that LVM does not allow') ||
    (longest.length > DEVICE_NAME_BYTES && `is too long for LVM in the group ${group}`) ||
    (RESERVED.test(id) && `holds ${RESERVED.exec(id)?.[0]}, which LVM keeps for itself`);
  if (why === false) return PREFIXES[kind] + id;
  throw new DriverFailure(`${JSON.stringify(id)} ${why}`, 'use a UUID, as Scoria and Cinder make them');
};

export interface Named {
  readonly kind: Kind;
  readonly id: string;
}

/** What a name tells; `null` for names that are not ours. */
export const namedBy = (name: string): Named | null => {
  for (const [kind, prefix] of Object.entries(PREFIXES)) {
    const id = name.slice(prefix.length);
    if (name.startsWith(prefix) && ResourceId.safeParse(id).success) return { kind: kind as Kind, id };
  }
  return null;
};

export const poolName = (group: string): string => `${group}-pool`;

export const devicePath = (group: string, name: string): string => `/dev/${group}/${name}`;

/** A tag on a snapshot that is being deleted: it is no snapshot any more, and its space is still to be cleared. */
export const DELETING = 'scoria.deleting';

/**
 * A tag on a volume that is being reverted to this snapshot: it may hold the snapshot's only bytes, and has this size
 * again at the end.
 */
export const revertMark = (snapshotId: string, sizeBytes: bigint): string =>
  `scoria.reverting.${snapshotId}=${sizeBytes}`;

export const revertMarkAmong = (tags: readonly string[], snapshotId: string): string | undefined =>
  tags.find((tag) => tag.startsWith(`scoria.reverting.${snapshotId}=`));

export const markedSize = (mark: string): bigint => BigInt(mark.slice(mark.lastIndexOf('=') + 1));
