import type { ArrayResource } from '../../domain/backend/resource.ts';
import { ResourceId, type Snapshot } from '../../domain/volume/volume.ts';
import {
  type DriverEnvironment,
  DriverFailure,
  type ManageCapability,
  type ResourcesCapability,
  type Volume,
} from '../contract.ts';
import { refused, settled } from './endings.ts';
import { entriesOf, type ManageableEntry, sizeInBytes } from './found.ts';
import type { Makings } from './makings.ts';
import type { ServedClass } from './served-class.ts';
import { updateOf } from './told.ts';
import type { Volumes } from './volumes.ts';

/** Cinder's name for a resource by its name alone; others are told whole. */
const NAME = 'source-name';

const textOf = (reference: ManageableEntry['reference']): string => {
  const name = reference[NAME];
  return typeof name === 'string' && Object.keys(reference).length === 1 ? name : JSON.stringify(reference);
};

const referenceFrom = (text: string): object => {
  if (!text.startsWith('{')) return { [NAME]: text };
  try {
    return JSON.parse(text) as object;
  } catch {
    return { [NAME]: text };
  }
};

/** Cinder's names; snapshots on LVM have a line before them, because LVM keeps names that begin with "snapshot" for itself. */
const NAMES = { volume: /^volume-(?<id>.+)$/, snapshot: /^_?snapshot-(?<id>.+)$/ };

/** The id of ours in Cinder's name for it. */
const idIn = (name: string, kind: keyof typeof NAMES): string | null => {
  const id = NAMES[kind].exec(name)?.groups?.id;
  return ResourceId.safeParse(id).success ? (id ?? null) : null;
};

const asVolume = ({ reference, size, safe_to_manage, reason_not_safe }: ManageableEntry): ArrayResource => ({
  kind: 'volume',
  reference: textOf(reference),
  id: idIn(textOf(reference), 'volume'),
  volume_id: null,
  sizeBytes: sizeInBytes(size),
  provider_location: null,
  reason_not_safe: safe_to_manage === false ? (reason_not_safe ?? 'the driver does not say why') : null,
});

const asSnapshot = ({ source_reference, ...entry }: ManageableEntry): ArrayResource => {
  const { reference, ...like } = asVolume(entry);
  const source = source_reference === undefined ? null : textOf(source_reference);
  return {
    ...like,
    kind: 'snapshot',
    reference: source === null ? reference : `${source}@${reference}`,
    id: idIn(reference, 'snapshot'),
    volume_id: source === null ? null : idIn(source, 'volume'),
  };
};

/** A driver that cannot tell snapshots from volumes, such as Cinder's of LVM where they are thin, lists them among those. */
const asListed = (entry: ManageableEntry): ArrayResource =>
  idIn(textOf(entry.reference), 'snapshot') === null ? asVolume(entry) : asSnapshot(entry);

/** As much of a volume as deleting it by its name takes. */
const bareVolume = (id: string, backend_name: string): Volume => ({
  id,
  name: null,
  description: null,
  size: 1,
  status: 'deleting',
  attach_status: 'detached',
  bootable: false,
  multiattach: false,
  backend_name,
  pool_name: null,
  availability_zone: null,
  host: null,
  metadata: {},
  extra_specs: {},
  qos_specs: {},
  user_id: 'scoria',
  project_id: 'scoria',
  snapshot_id: null,
  source_volid: null,
  created_at: '1970-01-01T00:00:00.000Z',
  provider_location: null,
  provider_id: null,
  provider_auth: null,
  replication_status: null,
});

const bareSnapshot = (id: string, volume_id: string): Snapshot => ({
  id,
  volume_id,
  name: null,
  description: null,
  volume_size: 1,
  status: 'deleting',
  metadata: {},
  user_id: 'scoria',
  project_id: 'scoria',
  created_at: '1970-01-01T00:00:00.000Z',
  ordinal: 1,
  provider_location: null,
  provider_id: null,
});

export const resourcesOf = (
  served: ServedClass,
  volumes: Volumes,
  { backendName }: DriverEnvironment,
  can: (method: string) => boolean,
): ResourcesCapability => {
  const listResources = async (): Promise<readonly ArrayResource[]> => {
    const ofVolumes = entriesOf(await served.call('list_volumes')).map(asListed);
    if (!can('get_manageable_snapshots')) return ofVolumes;
    return [...ofVolumes, ...entriesOf(await served.call('list_snapshots')).map(asSnapshot)];
  };
  const findResource = async (reference: string) =>
    (await listResources()).find((one) => one.reference === reference) ?? null;

  return {
    connections: false,
    listResources,
    findResource,
    deleteResource: async (reference) => {
      const found = await findResource(reference);
      if (found === null) return;
      const { kind, id, volume_id } = found;
      if (kind === 'volume' && id !== null) return volumes.delete(bareVolume(id, backendName));
      if (id !== null && volume_id !== null) {
        return volumes.snapshots.deleteSnapshot(bareSnapshot(id, volume_id), bareVolume(volume_id, backendName));
      }
      if (id !== null) {
        const untold = `the driver does not tell which volume ${reference} is of, without which it deletes no snapshot`;
        throw new DriverFailure(untold, 'delete it with tools of the storage');
      }
      const problem = `${reference} has a name that is not Cinder's, and drivers of Cinder delete only what is theirs`;
      throw new DriverFailure(
        problem,
        'adopt it first (`scoria volume adopt`), or delete it with tools of the storage',
      );
    },
  };
};

export const manageIn = (served: ServedClass, makings: Makings, { log }: DriverEnvironment): ManageCapability => ({
  manageExisting: (volume, reference) =>
    makings.volume(volume, () =>
      settled(async () => {
        const given = { volume, reference: referenceFrom(reference) };
        return updateOf(await served.call('manage_existing', given), log, 'manage_existing');
      }, refused),
    ),
});
