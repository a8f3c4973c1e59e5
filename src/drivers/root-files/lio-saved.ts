import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../domain/json.ts';
import { dumpBlockObject, dumpTarget } from './lio-dump.ts';
import { whileLocked } from './while-locked.ts';

/** rtslib's saved configuration, which `targetctl restore` makes again after a reboot. What else is in it is kept. */
export interface SavedConfiguration {
  readonly storage_objects?: readonly JsonObject[];
  readonly targets?: readonly JsonObject[];
}

/** What stands of one target: nothing where it is gone. */
export interface LiveTarget {
  readonly iqn: string;
  readonly target: JsonObject | null;
  readonly blockObject: (name: string) => JsonObject | null;
}

const LOCK = '/run/scoria/lio-saved-configuration.lock';

/** Makes the saved configuration say of this target, and of what is behind it, what stands. */
export const saveTarget = (path: string, iqn: string): Promise<void> =>
  whileLocked(LOCK, () => {
    const saved = { storage_objects: [], targets: [], ...readSaved(path) };
    const now = withTarget(saved, { iqn, target: dumpTarget(iqn), blockObject: dumpBlockObject });
    if (!isDeepStrictEqual(now, saved)) replaceSync(path, `${JSON.stringify(now, null, 2)}\n`);
  });

/** By what initiators knew the storage object when it was saved; `null` where it is not. */
export const savedSerial = (path: string, name: string): string | null => {
  const { wwn } = readSaved(path).storage_objects?.find((object) => isBlockObject(object, name)) ?? {};
  return typeof wwn === 'string' && wwn !== '' ? wwn : null;
};

export const withTarget = (saved: SavedConfiguration, { iqn, target, blockObject }: LiveTarget): SavedConfiguration => {
  const isThis = (one: JsonObject) => one.wwn === iqn && one.fabric === 'iscsi';
  const others = (saved.targets ?? []).filter((one) => !isThis(one));
  const before = (saved.targets ?? []).filter(isThis);
  const inUse = new Set(others.flatMap(blockObjectsOf));
  const names = new Set([iqn, ...[...before, ...(target === null ? [] : [target])].flatMap(blockObjectsOf)]);
  let objects = saved.storage_objects ?? [];
  for (const name of names) {
    const live = blockObject(name);
    if (live === null && inUse.has(name)) continue;
    objects = replaced(objects, (object) => isBlockObject(object, name), live);
  }
  return { ...saved, storage_objects: objects, targets: replaced(saved.targets ?? [], isThis, target) };
};

/** In its place; a new one comes last. */
const replaced = (
  list: readonly JsonObject[],
  isIt: (one: JsonObject) => boolean,
  by: JsonObject | null,
): readonly JsonObject[] => {
  const place = list.findIndex(isIt);
  if (by === null) return list.filter((one) => !isIt(one));
  return place === -1 ? [...list, by] : list.with(place, by);
};

const isBlockObject = ({ name, plugin }: JsonObject, wanted: string): boolean =>
  name === wanted && (plugin === 'block' || plugin === 'iblock');

const BLOCK = '/backstores/block/';

const blockObjectsOf = ({ tpgs }: JsonObject): readonly string[] =>
  listed(tpgs)
    .flatMap(({ luns }) => listed(luns))
    .flatMap(({ storage_object: object }) =>
      typeof object === 'string' && object.startsWith(BLOCK) ? [object.slice(BLOCK.length)] : [],
    );

const listed = (value: JsonObject[string] | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];

/** Fails where there is something else than a configuration: it is somebody's, and not to be written over. */
const readSaved = (path: string): SavedConfiguration => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  if (text.trim() === '') return {};
  try {
    const saved = JSON.parse(text) as unknown;
    if (typeof saved === 'object' && saved !== null && !Array.isArray(saved)) return saved;
  } catch {
    // Its text, of which an error tells, holds credentials.
  }
  throw Object.assign(new Error('not a saved configuration'), { code: 'EBADMSG' });
};

const replaceSync = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.scoria`;
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
};
