import type { BigIntStats } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArrayResource } from '../../domain/backend/resource.ts';
import { CommandError } from '../command-runner.ts';
import { DriverFailure, type ManageCapability, type ResourcesCapability } from '../contract.ts';
import type { RunCommand } from '../run-command.ts';
import { entriesOf, growFile, renameFile, sizeOf, syncDirectory } from './durable-files.ts';
import { fileFailure, hasCode } from './failures.ts';
import { type LoopDevice, loopDevices } from './loop-devices.ts';
import { fileName, namedBy } from './names.ts';
import { partialOf } from './partials.ts';
import { bytesOf, type FileStore } from './store.ts';

const LOOP_DEVICE = /^\/dev\/loop\d+$/;

/** The files of the directory by their names, and the loop devices over them by their paths. */
export const resourcesOf = (store: FileStore, run: RunCommand): ResourcesCapability => ({
  connections: false,
  listResources: async () => listed(store.directory),
  findResource: async (reference) => {
    const loops = await loopsOver(store.directory);
    const loop = loops.find(({ path }) => path === reference);
    if (loop !== undefined) return exportBy(loop);
    return isEntry(reference) ? fileResource(store.directory, reference, loops) : null;
  },
  deleteResource: async (reference) =>
    LOOP_DEVICE.test(reference) ? detach(store.directory, reference, run) : remove(store, reference),
});

async function* listed(directory: string): AsyncGenerator<ArrayResource> {
  const loops = await loopsOver(directory);
  for (const name of await entriesOf(directory)) {
    const resource = await fileResource(directory, name, loops);
    if (resource !== null) yield resource;
  }
  yield* loops.map(exportBy);
}

const loopsOver = async (directory: string): Promise<readonly LoopDevice[]> =>
  (await loopDevices()).filter(({ file }) => dirname(file) === directory);

const isEntry = (name: string): boolean => name === basename(name) && !['', '.', '..'].includes(name);

/** A device that outlived whoever attached it is all that a file has of an export. */
const exportBy = ({ path, file }: LoopDevice): ArrayResource => ({
  kind: 'export',
  reference: path,
  id: null,
  volume_id: namedBy(basename(file))?.id ?? null,
  sizeBytes: null,
  provider_location: null,
  reason_not_safe: null,
});

/** Directories, sockets and hidden files of others are none of ours. */
const fileResource = async (
  directory: string,
  name: string,
  loops: readonly LoopDevice[],
): Promise<ArrayResource | null> => {
  const partial = partialOf(name);
  if (partial === null && name.startsWith('.')) return null;
  const path = join(directory, name);
  const stat = await lstat(path, { bigint: true }).catch((error) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw fileFailure('read', path, error);
  });
  if (stat === null || !(stat.isFile() || stat.isSymbolicLink())) return null;
  const common = { reference: name, sizeBytes: stat.size, provider_location: path };
  if (partial !== null) {
    const { id = null } = namedBy(partial.name) ?? {};
    const reason_not_safe = `it is half made, by a process that is ${partial.maker}`;
    return { kind: 'leftover', ...common, id: null, volume_id: id, provider_location: null, reason_not_safe };
  }
  const { kind = 'volume', id = null } = namedBy(name) ?? {};
  const attached = loops.find(({ file }) => file === path);
  const reason_not_safe = whyUnsafe(stat, attached);
  return { kind, ...common, id, volume_id: null, reason_not_safe };
};

const whyUnsafe = (stat: BigIntStats, attached: LoopDevice | undefined): string | null => {
  if (!stat.isFile()) return 'it is a symbolic link';
  if (attached !== undefined) return `it is attached as ${attached.path}`;
  return stat.size === 0n ? 'it is empty' : null;
};

const remove = async (store: FileStore, name: string): Promise<void> => {
  if (!isEntry(name))
    throw new DriverFailure(`${JSON.stringify(name)} is no name of a file here`, 'give the name alone');
  if (partialOf(name)?.maker === 'at work') {
    throw new DriverFailure(`${name} is being made by a process of this host`, 'wait until it has ended');
  }
  const path = join(store.directory, name);
  await store.requireDetached(path);
  await unlink(path).catch((error) => {
    if (!hasCode(error, 'ENOENT')) throw fileFailure('delete', path, error);
  });
  await syncDirectory(store.directory);
  store.sizeChanged(name);
};

const detach = async (directory: string, device: string, run: RunCommand): Promise<void> => {
  const loop = (await loopsOver(directory)).find(({ path }) => path === device);
  if (loop === undefined) return;
  try {
    await run('losetup', ['--detach', device], { root: true });
  } catch (error) {
    if (!(error instanceof CommandError) || error.timedOut || error.cancelled) throw error;
    throw new DriverFailure(`cannot detach ${device}: ${error.message}`, 'unmount it first');
  }
};

/** A file of another name becomes the volume's, by its name alone. */
export const manageIn = (store: FileStore): ManageCapability => ({
  manageExisting: async (volume, reference) => {
    if (!isEntry(reference) || partialOf(reference) !== null) {
      throw new DriverFailure(`${JSON.stringify(reference)} is no name of a volume here`, 'give the name of a file');
    }
    const name = fileName('volume', volume.id);
    const [from, to] = [join(store.directory, reference), join(store.directory, name)];
    await store.requireDetached(from);
    const sizeBytes = (await sizeOf(from)) ?? (await store.required('volume', volume.id)).sizeBytes;
    const wanted = bytesOf(volume.size);
    if (sizeBytes > wanted) throw new DriverFailure(`${from} is larger than ${volume.size} GiB`, 'adopt it anew');
    if (from !== to) await renameFile(from, to);
    if (sizeBytes < wanted) await growFile(to, sizeBytes, wanted);
    store.sizeChanged(name);
    return { provider_location: to };
  },
});
