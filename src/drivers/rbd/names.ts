import { ResourceId } from '../../domain/volume/volume.ts';
import { DriverFailure } from '../contract.ts';

/** Cinder's prefixes, and that of a volume which is being made of another. */
const [VOLUME, SNAPSHOT, COPY] = ['volume-', 'snapshot-', 'copying-'];
/** What was deleted while volumes made from it remain, and the snapshot that a clone hangs on: as in Cinder. */
const [DELETED, CLONE_SNAP] = ['.deleted', '.clone_snap'];

/** An id that would be taken for one of these names is refused. */
const named = (prefix: string, id: string): string => {
  const ending = [DELETED, CLONE_SNAP].find((one) => id.endsWith(one));
  if (ResourceId.safeParse(id).success && ending === undefined) return prefix + id;
  const why =
    ending === undefined ? 'has characters that RBD does not allow' : `ends with ${ending}, as names of Cinder do`;
  throw new DriverFailure(`${JSON.stringify(id)} ${why}`, 'use a UUID, as Scoria and Cinder make them');
};

export const volumeName = (id: string): string => named(VOLUME, id);
export const snapshotName = (id: string): string => named(SNAPSHOT, id);
export const copyName = (id: string): string => named(COPY, id);
export const cloneSnapName = (id: string): string => volumeName(id) + CLONE_SNAP;
export const deletedName = (name: string): string => name + DELETED;

export interface Named<Kind> {
  readonly kind: Kind;
  readonly id: string;
}
export type ImageKind = 'volume' | 'deleted' | 'copy';
export type SnapshotKind = 'snapshot' | 'deleted' | 'clone_snap';

const idIn = (name: string, prefix: string, ending: string): string | null => {
  const id = name.slice(prefix.length, name.length - ending.length);
  return name.startsWith(prefix) && name.endsWith(ending) && ResourceId.safeParse(id).success ? id : null;
};

const first = <Kind>(name: string, forms: readonly (readonly [Kind, string, string])[]): Named<Kind> | null => {
  for (const [kind, prefix, ending] of forms) {
    const id = idIn(name, prefix, ending);
    if (id !== null) return { kind, id };
  }
  return null;
};

/** What the name of an image tells; `null` for names that are not ours. */
export const imageNamedBy = (name: string): Named<ImageKind> | null =>
  first(name, [
    ['deleted', VOLUME, DELETED],
    ['volume', VOLUME, ''],
    ['copy', COPY, ''],
  ]);

/** The same of a snapshot; the id that a clone's snapshot tells is that of the clone. */
export const snapshotNamedBy = (name: string): Named<SnapshotKind> | null =>
  first(name, [
    ['clone_snap', VOLUME, CLONE_SNAP],
    ['deleted', SNAPSHOT, DELETED],
    ['snapshot', SNAPSHOT, ''],
  ]);
