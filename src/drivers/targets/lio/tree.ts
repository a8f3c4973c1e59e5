import { join } from 'node:path';
import type { FileStep } from '../../root-files.ts';
import { attribute, isThere, namesIn, realPlace } from '../host-files.ts';
import { CONFIGFS } from '../kernel-modules.ts';

export const LIO = join(CONFIGFS, 'target');
const BLOCK_DEVICES = 'iblock_';

export const targetPath = (iqn: string): string => join(LIO, 'iscsi', iqn);

/** Cinder's, and rtslib's first, is the only portal group. */
export const portalGroupPath = (iqn: string): string => join(targetPath(iqn), 'tpgt_1');
export const lunPath = (iqn: string): string => join(portalGroupPath(iqn), 'lun', 'lun_0');
export const aclPath = (iqn: string, initiator: string): string =>
  join(portalGroupPath(iqn), 'acls', initiator.toLowerCase());

/** Of the block device that is named like its target, under whatever number; `null` where there is none. */
export const storageObjectPath = async (name: string): Promise<string | null> => {
  for (const holder of await namesIn(join(LIO, 'core'))) {
    const path = join(LIO, 'core', holder, name);
    if (holder.startsWith(BLOCK_DEVICES) && (await isThere(path))) return path;
  }
  return null;
};

/** One number for each device, as rtslib does it: another process may take the same one first. */
export const freeHolder = async (): Promise<string> => {
  const taken = new Set(await namesIn(join(LIO, 'core')));
  let number = 0;
  while (taken.has(`${BLOCK_DEVICES}${number}`)) number += 1;
  return join(LIO, 'core', `${BLOCK_DEVICES}${number}`);
};

export const exportedDevice = async (storageObject: string): Promise<string | null> =>
  (await attribute(join(storageObject, 'udev_path'))) || null;

/** The storage objects that LUNs of the portal group lead to. */
export const objectsBehind = async (portalGroup: string): Promise<readonly string[]> => {
  const objects: string[] = [];
  for (const lun of await directoriesOf(join(portalGroup, 'lun'), 'lun_')) {
    for (const link of await linksIn(lun)) objects.push((await realPlace(link)) ?? link);
  }
  return objects.filter((path) => path.startsWith(join(LIO, 'core')));
};

/** Whether it has the link that makes it one. */
export const isLinked = async (directory: string): Promise<boolean> => (await linksIn(directory)).length > 0;

/** Takes away all that stands of a target, whoever made it, with what is behind it and nothing else uses. */
export const removal = async (iqn: string): Promise<readonly FileStep[]> => {
  const objects = new Set<string>();
  const steps: FileStep[] = [];
  for (const group of await directoriesOf(targetPath(iqn), 'tpgt_')) {
    for (const object of await objectsBehind(group)) objects.add(object);
    steps.push({ do: 'write', path: join(group, 'enable'), text: '0' });
    for (const acl of await directoriesOf(join(group, 'acls'))) steps.push(...(await aclRemoval(acl)));
    for (const lun of await directoriesOf(join(group, 'lun'), 'lun_')) steps.push(...(await linkHolderRemoval(lun)));
    for (const portal of await directoriesOf(join(group, 'np'))) steps.push({ do: 'rmdir', path: portal });
    steps.push({ do: 'rmdir', path: group });
  }
  steps.push({ do: 'rmdir', path: targetPath(iqn) });
  const own = await storageObjectPath(iqn);
  if (own !== null) objects.add(own);
  for (const object of objects) steps.push(...(await objectRemoval(object)));
  return steps;
};

export const aclRemoval = async (acl: string): Promise<readonly FileStep[]> => {
  const steps: FileStep[] = [];
  for (const lun of await directoriesOf(acl, 'lun_')) steps.push(...(await linkHolderRemoval(lun)));
  return [...steps, { do: 'rmdir', path: acl }];
};

const DEFAULT_GROUP = 'default_tg_pt_gp';

const objectRemoval = async (object: string): Promise<readonly FileStep[]> => [
  ...(await directoriesOf(join(object, 'alua')))
    .filter((group) => !group.endsWith(`/${DEFAULT_GROUP}`))
    .map((path) => ({ do: 'rmdir', path, ifUnused: true }) as const),
  { do: 'rmdir', path: object, ifUnused: true },
  { do: 'rmdir', path: join(object, '..'), ifUnused: true },
];

const linkHolderRemoval = async (directory: string): Promise<readonly FileStep[]> => [
  ...(await linksIn(directory)).map((path) => ({ do: 'unlink', path }) as const),
  { do: 'rmdir', path: directory },
];

export const directoriesOf = async (path: string, prefix = ''): Promise<readonly string[]> => {
  const names = await namesIn(path);
  const paths = names.filter((name) => name.startsWith(prefix)).map((name) => join(path, name));
  const areDirectories = await Promise.all(paths.map((each) => isThere(join(each, '.'))));
  return paths.filter((_, index) => areDirectories[index]);
};

const linksIn = async (directory: string): Promise<readonly string[]> => {
  const paths = (await namesIn(directory)).map((name) => join(directory, name));
  const places = await Promise.all(paths.map(realPlace));
  return paths.filter((path, index) => places[index] !== null && places[index] !== path);
};
