import { problemsIn } from '../../../commands/parse.ts';
import { type ArrayResource, ArrayResourceSchema } from '../../../domain/backend/resource.ts';
import type { Volume } from '../../../drivers/contract.ts';
import { holds, same } from '../../asserting.ts';
import { aSnapshot } from '../../resources.ts';
import { check } from '../check.ts';
import type { DriverTrial } from '../trial.ts';
import { succeeds } from './volumes.ts';

/** What is listed of a kind under an id, or at the place that a model update told. */
const listed = async (
  trial: DriverTrial,
  kind: ArrayResource['kind'],
  { id, provider_location }: { readonly id: string; readonly provider_location?: string | null },
): Promise<readonly ArrayResource[]> => {
  const found: ArrayResource[] = [];
  for await (const resource of await trial.capability('resources').listResources()) {
    const parsed = ArrayResourceSchema.safeParse(resource);
    const problems = parsed.success ? '' : problemsIn(parsed.error);
    holds(parsed.success, `listResources must list ArrayResources; in one of them, ${problems}`);
    found.push(resource);
  }
  const names = new Set(found.map(({ reference }) => reference));
  same(names.size, found.length, 'listResources must list each resource once, under a reference of its own');
  return found.filter(
    (one) =>
      one.kind === kind &&
      (one.id === id || (provider_location != null && one.provider_location === provider_location)),
  );
};

/** The volume as it is listed, once. */
const listedVolume = async (trial: DriverTrial, volume: Volume, when: string): Promise<ArrayResource> => {
  const [found, ...others] = await listed(trial, 'volume', volume);
  holds(
    found !== undefined && others.length === 0,
    `listResources must list the volume once ${when}, with its id or its provider_location`,
  );
  return found as ArrayResource;
};

export const resourceChecks = [
  check('lists a volume with its size, and finds it by its name on the array', ['resources'], async (trial) => {
    const volume = await trial.created();
    const found = await listedVolume(trial, volume, 'after it is created');
    trial.sameSize(found.sizeBytes, trial.size, 'listResources must tell the size in bytes');
    const again = await trial.capability('resources').findResource(found.reference);
    same(again, found, 'findResource must answer what listResources lists under that reference');
    await trial.driver.deleteVolume(volume);
    same(await listed(trial, 'volume', volume), [], 'listResources must not list a volume that is deleted');
    const gone = await trial.capability('resources').findResource(found.reference);
    same(gone, null, 'findResource must answer null for what is gone');
  }),

  check('lists a snapshot as a snapshot', ['resources', 'snapshots'], async (trial) => {
    const volume = await trial.created();
    const snapshot = aSnapshot(volume);
    const update = await trial.capability('snapshots').createSnapshot(snapshot, volume);
    const [found] = await listed(trial, 'snapshot', { ...snapshot, ...update });
    holds(found !== undefined, 'listResources must list a snapshot, with its id or its provider_location');
    trial.sameSize(found?.sizeBytes, trial.size, 'listResources must tell the size of a snapshot in bytes');
    await trial.capability('snapshots').deleteSnapshot(snapshot, volume);
    same(await listed(trial, 'snapshot', snapshot), [], 'listResources must not list a snapshot that is deleted');
  }),

  check('lists connections while they stand, if it says that it lists them', ['resources'], async (trial) => {
    if (!trial.capability('resources').connections) return;
    const volume = await trial.created();
    const { connection, exported } = await trial.connected(volume);
    same((await listed(trial, 'connection', connection)).length, 1, 'listResources must list a connection');
    await trial.disconnect(exported, connection);
    same(await listed(trial, 'connection', connection), [], 'listResources must not list a connection that has ended');
  }),

  check('deletes what it lists by its name, twice', ['resources'], async (trial) => {
    const volume = await trial.created();
    const { reference } = await listedVolume(trial, volume, 'after it is created');
    const resources = trial.capability('resources');
    await resources.deleteResource(reference);
    await trial.isGone(volume, 'after deleteResource deleted it');
    await succeeds('deleteResource of what is gone must succeed', resources.deleteResource(reference));
    same(await listed(trial, 'volume', volume), [], 'listResources must not list what deleteResource deleted');
  }),
];

export const manageChecks = [
  check('makes what it has another volume, twice', ['manage', 'resources'], async (trial) => {
    const former = await trial.created();
    const { reference } = await listedVolume(trial, former, 'after it is created');
    const volume = trial.volume();
    const { manageExisting } = trial.capability('manage');
    const adopted = { ...volume, ...(await manageExisting(volume, reference)) } as Volume;
    await trial.hasSize(adopted, trial.size, 'after manageExisting');
    await trial.isGone(former, 'after manageExisting made it another volume');
    await succeeds('manageExisting, repeated, must succeed', manageExisting(volume, reference));
    await listedVolume(trial, adopted, 'after manageExisting');
  }),

  check('keeps the bytes of what becomes another volume', ['manage', 'resources', 'bytes'], async (trial) => {
    const former = await trial.created();
    const written = await trial.fill(former);
    const { reference } = await listedVolume(trial, former, 'after it is created');
    const volume = trial.volume();
    const update = await trial.capability('manage').manageExisting(volume, reference);
    await trial.reads({ ...volume, ...update } as Volume, written, 'manageExisting must keep the bytes');
  }),

  check('refuses to manage what is not there', ['manage', 'resources'], async (trial) => {
    const former = await trial.created();
    const { reference } = await listedVolume(trial, former, 'after it is created');
    await trial.driver.deleteVolume(former);
    const volume = trial.volume();
    await trial.refused('to manage what is not there', trial.capability('manage').manageExisting(volume, reference));
    await trial.isGone(volume, 'after manageExisting was refused');
  }),
];
