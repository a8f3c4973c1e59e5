import type { ArrayResource } from '../../domain/backend/resource.ts';
import { DriverFailure, type ManageCapability, type ResourcesCapability } from '../contract.ts';
import { deleteImage } from './delete.ts';
import { adopt, look, type RbdBackend } from './images.ts';
import { imageNamedBy, snapshotNamedBy } from './names.ts';
import { type Line, LinesSchema, NamesSchema, type Parent } from './report.ts';
import { removeSnapshot } from './snapshots.ts';
import { isExpired, readTrash, removeTrashed, type Trashed } from './trash.ts';

/** The images of the pool and their snapshots, by their names. RBD has no exports, and connections leave no trace. */
export const resourcesOf = (backend: RbdBackend): ResourcesCapability => ({
  connections: false,
  listResources: () => list(backend),
  findResource: async (reference) => (await list(backend)).find((one) => one.reference === reference) ?? null,
  deleteResource: async (reference) => {
    if (reference.startsWith(TRASH)) return removeTrashed(backend, reference.slice(TRASH.length));
    const { image, snapshot } = partsOf(reference);
    if (snapshot === undefined) return deleteImage(backend, image);
    if ((await removeSnapshot(backend, { image, snapshot })) === 'removed') return;
    throw new DriverFailure(`${backend.programs.at(image, snapshot)} has clones`, 'flatten or delete its clones first');
  },
});

export const manageIn = (backend: RbdBackend): ManageCapability => ({
  manageExisting: async (volume, reference) => {
    const { image, snapshot } = partsOf(reference);
    const kind = imageNamedBy(image)?.kind ?? 'volume';
    if (snapshot !== undefined || kind !== 'volume') {
      throw new DriverFailure(
        `${reference} is no volume`,
        'give the name of an image that is neither half made nor deleted',
      );
    }
    await adopt(backend, volume, image);
    return undefined;
  },
});

/** No image has a name like that. */
const TRASH = 'trash/';
const REFERENCE = /^(?<image>[^/@]+)(@(?<snapshot>[^/@]+))?$/;

const partsOf = (reference: string): { readonly image: string; readonly snapshot: string | undefined } => {
  const { image, snapshot } = REFERENCE.exec(reference)?.groups ?? {};
  if (image !== undefined) return { image, snapshot };
  throw new DriverFailure(
    `${JSON.stringify(reference)} names no image of the pool`,
    'give the name of an image, or IMAGE@SNAPSHOT',
  );
};

const list = async (backend: RbdBackend): Promise<readonly ArrayResource[]> => {
  const [{ lines, unopened }, trashed] = await Promise.all([readImages(backend), readTrash(backend)]);
  const parents = [...lines, ...trashed].flatMap(({ parent }) => (parent === undefined ? [] : referencesOf(parent)));
  const needed = new Set(parents);
  const kept = lines.filter((line) => !isKeptFor(line, needed)).map(asResource);
  return [...kept, ...unopened.map(asLeftover), ...trashed.filter(isExpired).map(asTrash)];
};

/** Ceph lists in detail no image that it cannot open: one of which a creation or a deletion was cut short. */
const readImages = async (backend: RbdBackend) => {
  const { programs } = backend;
  const { place } = programs;
  const names = async () => NamesSchema.parse(await programs.ask(`list what is in ${place}`, 'rbd', 'ls', place));
  const before = await names();
  const lines = LinesSchema.parse(await programs.askOfMany(`list what is in ${place}`, 'ls', '--long', place));
  const listed = new Set(lines.map(({ image }) => image));
  const missing = before.filter((name) => !listed.has(name));
  if (missing.length === 0) return { lines, unopened: [] };
  const after = new Set(await names());
  const unopened: string[] = [];
  for (const name of missing) if (after.has(name) && (await look(backend, name)) === null) unopened.push(name);
  return { lines, unopened };
};

const asLeftover = (image: string): ArrayResource => ({
  kind: 'leftover',
  reference: image,
  id: null,
  volume_id: imageNamedBy(image)?.id ?? null,
  sizeBytes: null,
  provider_location: null,
  reason_not_safe: 'it is half made',
});

const asTrash = ({ id, name }: Trashed): ArrayResource => ({
  ...asLeftover(name),
  reference: TRASH + id,
  reason_not_safe: 'it was deleted',
});

const referencesOf = ({ image, snapshot }: Parent): readonly string[] => [image, `${image}@${snapshot}`];

const referenceOf = ({ image, snapshot }: Line): string => (snapshot === undefined ? image : `${image}@${snapshot}`);

/** What was deleted already, and what a clone hangs on, are nobody's, and no leftovers while there are clones of them. */
const isKeptFor = (line: Line, needed: ReadonlySet<string>): boolean => {
  const kind = line.snapshot === undefined ? imageNamedBy(line.image)?.kind : snapshotNamedBy(line.snapshot)?.kind;
  return (kind === 'deleted' || kind === 'clone_snap') && needed.has(referenceOf(line));
};

const asResource = (line: Line): ArrayResource => {
  const named = line.snapshot === undefined ? imageNamedBy(line.image) : snapshotNamedBy(line.snapshot);
  const common = { reference: referenceOf(line), sizeBytes: BigInt(line.size), provider_location: null };
  if (named !== null && named.kind !== 'volume' && named.kind !== 'snapshot') {
    const reason_not_safe = named.kind === 'copy' ? 'it is half made' : 'it was deleted';
    const volume_id = named.kind === 'deleted' && line.snapshot !== undefined ? volumeOf(line) : named.id;
    return { kind: 'leftover', ...common, id: null, volume_id, reason_not_safe };
  }
  return {
    kind: line.snapshot === undefined ? 'volume' : 'snapshot',
    ...common,
    id: named?.id ?? null,
    volume_id: line.snapshot === undefined ? null : volumeOf(line),
    reason_not_safe: line.lock_type === undefined ? null : 'it is in use',
  };
};

const volumeOf = ({ image }: Line): string | null => imageNamedBy(image)?.id ?? null;
