import { setTimeout as passed } from 'node:timers/promises';
import { gibToBytes } from '../../domain/backend/resource.ts';
import type { Lines } from '../../lines.ts';
import { DriverFailure, type Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import type { Capacity } from './capacity.ts';
import { volumeName } from './names.ts';
import type { RbdOptions } from './options.ts';
import { LONG_MS, type Programs } from './programs.ts';
import type { Remembered } from './remembered.ts';
import { type Info, InfoSchema, StatusSchema } from './report.ts';

/** What the parts of the driver share. */
export interface RbdBackend {
  readonly options: RbdOptions;
  readonly programs: Programs;
  readonly capacity: Capacity;
  /** Whether snapshots are protected before they are cloned: Cinder expects that of those that it finds. */
  readonly protects: Remembered<boolean>;
  /** For each image, whoever takes away what hangs on it. */
  readonly lines: Lines;
}

export const look = async ({ programs }: RbdBackend, image: string, snapshot?: string): Promise<Info | null> => {
  const said = await programs.askOf(`read ${snapshot ?? image}`, 'info', programs.at(image, snapshot));
  return said === null ? null : InfoSchema.parse(said);
};

export const notThere = ({ programs }: RbdBackend, image: string, snapshot?: string): DriverFailure =>
  new DriverFailure(
    `${programs.at(image, snapshot)} is not there`,
    `see with rbd ls --long ${programs.place} what is, and what removed or renamed it`,
  );

export const required = async (backend: RbdBackend, image: string, snapshot?: string): Promise<Info> => {
  const found = await look(backend, image, snapshot);
  if (found === null) throw notThere(backend, image, snapshot);
  return found;
};

/** Whether the volume is there already, as large as it shall be. */
export const isThere = async (backend: RbdBackend, { id, size }: Volume): Promise<boolean> => {
  const name = volumeName(id);
  const standing = await look(backend, name);
  if (standing === null || standing.sizeBytes === gibToBytes(size)) return standing !== null;
  throw new DriverFailure(
    `${backend.programs.at(name)} is there already, with ${standing.sizeBytes} bytes`,
    'remove or rename that image first',
  );
};

/** For a volume that is to be made: what is there already takes no more. */
export const requireRoom = async (backend: RbdBackend, volume: Volume): Promise<void> => {
  try {
    await backend.capacity.requireRoom(gibToBytes(volume.size));
  } catch (refused) {
    if (!(await isThere(backend, volume))) throw refused;
  }
};

/** Addresses of those who have the image open, `HOST:PORT/NONCE`. */
export const watchersOf = async ({ programs }: RbdBackend, image: string): Promise<readonly string[]> => {
  const said = await programs.askOf(`read who uses ${image}`, 'status', programs.at(image));
  return said === null ? [] : StatusSchema.parse(said).watchers.map(({ address }) => address);
};

/** How new images are laid out. Two hosts that write to one would hand its lock to and fro. */
export const layout = ({ options }: RbdBackend, { multiattach }: Volume): readonly string[] => [
  ...['--object-size', `${options.rbd_store_chunk_size}M`],
  ...(multiattach ? ['--image-shared'] : []),
];

export const createVolume = async (backend: RbdBackend, volume: Volume): Promise<void> => {
  const { programs } = backend;
  const name = volumeName(volume.id);
  await requireRoom(backend, volume);
  const create = ['create', '--size', `${volume.size}G`, ...layout(backend, volume), programs.at(name)];
  if ((await programs.tryTo(`create ${name}`, create, ['exists'])) === 'done') return;
  if (await isThere(backend, volume)) return;
  // A creation that was cut short left its name, and nothing that could be opened.
  await removeImage(backend, name);
  await programs.change(`create ${name}`, create);
};

/** So long Ceph counts a host in that died, and looks no more often. */
const WATCH_MS = 35_000;
const ASK_AGAIN_MS = 1_000;

/** A host that died is waited for. */
export const requireUnused = async (backend: RbdBackend, image: string): Promise<void> => {
  const deadline = performance.now() + WATCH_MS;
  for (;;) {
    const [address] = await watchersOf(backend, image);
    if (address === undefined) return;
    if (performance.now() > deadline)
      throw new DriverFailure(`${backend.programs.at(image)} is in use by ${address}`, 'detach it there first');
    await passed(ASK_AGAIN_MS);
  }
};

/** Removes an image, or moves it away. Nothing of it is gone when it is in use: a host that died is waited for. */
export const removeImage = async (
  backend: RbdBackend,
  image: string,
  how: readonly string[] = ['rm', '--no-progress'],
): Promise<'done' | 'absent' | 'has snapshots'> => {
  const { programs } = backend;
  const deadline = performance.now() + WATCH_MS;
  for (;;) {
    const expected = performance.now() < deadline ? (['absent', 'has snapshots', 'busy'] as const) : [];
    const args = [...how, programs.at(image)];
    const answer = await programs.tryTo(`delete ${image}`, args, expected, { timeoutMs: LONG_MS });
    if (answer === 'done' || answer === 'has snapshots') return answer;
    // Ceph says "absent" of whatever it does not find on its way, not of the image alone.
    if (answer === 'absent' && (await look(backend, image)) === null) return answer;
    await passed(ASK_AGAIN_MS);
  }
};

export const rename = ({ programs }: RbdBackend, from: string, to: string): Promise<'done' | 'exists'> =>
  programs.tryTo(`rename ${from}`, ['rename', programs.at(from), programs.at(to)], ['exists']);

/** One that is as large succeeds, which Ceph refuses. */
export const grow = async (backend: RbdBackend, image: string, sizeGiB: number): Promise<void> => {
  const { programs } = backend;
  const resize = ['resize', '--no-progress', '--size', `${sizeGiB}G`, programs.at(image)];
  if ((await programs.tryTo(`extend ${image}`, resize, ['refused'])) === 'done') return;
  const { sizeBytes } = await required(backend, image);
  if (sizeBytes === gibToBytes(sizeGiB)) return;
  throw new DriverFailure(`${programs.at(image)} has ${sizeBytes} bytes, more than ${sizeGiB} GiB`, 'ask for more GiB');
};

export const extendVolume = async (backend: RbdBackend, { id, size }: Volume, sizeGiB: number): Promise<void> => {
  await backend.capacity.requireRoom(gibToBytes(sizeGiB - size));
  await grow(backend, volumeName(id), sizeGiB);
};

export const taken = ({ programs }: RbdBackend, image: string): DriverFailure =>
  new DriverFailure(`${programs.at(image)} is there already`, 'remove or rename that image first');

/** A volume of another name becomes this one by its name alone. */
export const adopt = async (backend: RbdBackend, volume: Volume, image: string): Promise<void> => {
  const name = volumeName(volume.id);
  const [given, own] = await Promise.all([look(backend, image), look(backend, name)]);
  const existing = given ?? own;
  if (existing === null) throw notThere(backend, image);
  if (existing.sizeBytes > gibToBytes(volume.size)) {
    throw new DriverFailure(`${backend.programs.at(image)} is larger than ${volume.size} GiB`, 'adopt it anew');
  }
  if (given !== null && image !== name) {
    await requireUnused(backend, image);
    if ((await rename(backend, image, name)) === 'exists') throw taken(backend, name);
  }
  if (existing.sizeBytes < gibToBytes(volume.size)) await halfway(() => grow(backend, name, volume.size));
};
