import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Backend, type BackendState, type Capability, largestVolumeGiB } from '../backend/backend.ts';
import { type Rejection, rejections } from '../errors.ts';
import type { Connection, Snapshot, Volume, VolumeState, VolumeStatus } from './volume.ts';

/** What a decider of volumes knows of the backend, as the log has it. */
export interface BackendFacts {
  readonly backend: BackendState;
}

export const volumeNotFound = (id: string): Rejection =>
  rejections.VolumeNotFound(`there is no volume ${id}`, '`scoria volume list` shows the volumes', { volume_id: id });

export const snapshotNotFound = (id: string): Rejection =>
  rejections.SnapshotNotFound(`there is no snapshot ${id}`, '`scoria snapshot list` shows the snapshots', {
    snapshot_id: id,
  });

export const connectionNotFound = (id: string): Rejection =>
  rejections.ConnectionNotFound(`there is no connection ${id}`, '`scoria connection list` shows the connections', {
    connection_id: id,
  });

export const liveVolume = (state: VolumeState, id: string): E.Either<Rejection, Volume> =>
  state.volume === null || state.volume.status === 'deleted' ? E.left(volumeNotFound(id)) : E.right(state.volume);

export const snapshotOf = (state: VolumeState, id: string): E.Either<Rejection, Snapshot> =>
  E.fromNullable(snapshotNotFound(id))(state.snapshots[id]);

export const connectionOf = (state: VolumeState, id: string): E.Either<Rejection, Connection> =>
  E.fromNullable(connectionNotFound(id))(state.connections[id]);

export const invalidStatus = (volume: Volume, doing: string, allowed: readonly VolumeStatus[]): Rejection =>
  rejections.InvalidVolume(
    `volume ${volume.id} is ${volume.status}, so it cannot be ${doing}`,
    `it must be ${allowed.join(' or ')}`,
    { volume_id: volume.id, status: volume.status, allowed },
  );

export const volumeInStatus = (
  state: VolumeState,
  id: string,
  doing: string,
  allowed: readonly VolumeStatus[],
): E.Either<Rejection, Volume> => {
  const volume = liveVolume(state, id);
  if (E.isLeft(volume) || allowed.includes(volume.right.status)) return volume;
  return E.left(invalidStatus(volume.right, doing, allowed));
};

export const backendNotFound = (name: string): Rejection =>
  rejections.BackendNotFound(
    `there is no backend "${name}"`,
    `\`scoria backend list\` shows the backends, \`scoria backend add ${name} --driver DRIVER\` adds one`,
    { backend: name },
  );

export const backendFrozen = (backend: Backend): Rejection =>
  rejections.BackendFrozen(
    `backend "${backend.name}" is ${backend.frozen}`,
    `\`scoria backend thaw ${backend.name}\` allows changes again`,
    { backend: backend.name, frozen: backend.frozen },
  );

/** The backend, when it is there; a removal that is under way counts as gone. */
export const knownBackend = (state: BackendState, name: string): E.Either<Rejection, Backend> =>
  state.backend === null || state.backend.status === 'adding' || state.backend.status === 'removing'
    ? E.left(backendNotFound(name))
    : E.right(state.backend);

export const configurationUnknown = (name: string): Rejection =>
  rejections.InvalidDriverOption(
    `the options of backend "${name}" are not known: it was loaded from a dump without configuration`,
    `\`scoria backend change ${name} --set option=value\` gives them`,
    { backend: name },
  );

/** The backend, when its driver can be set up. */
export const reachableBackend = (state: BackendState, name: string): E.Either<Rejection, Backend> => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend) || backend.right.options !== null) return backend;
  return E.left(configurationUnknown(name));
};

/** The backend, when commands may change what is on it. */
export const changeableBackend = (state: BackendState, name: string): E.Either<Rejection, Backend> => {
  const backend = reachableBackend(state, name);
  if (E.isLeft(backend) || backend.right.frozen === 'thawed') return backend;
  return E.left(backendFrozen(backend.right));
};

export const unsupported = (backend: Backend, capability: Capability): Rejection =>
  rejections.UnsupportedByDriver(
    `the driver "${backend.driver}" of backend "${backend.name}" lacks the capability "${capability}"`,
    `its capabilities are: ${backend.capabilities.join(', ') || 'none'}; \`scoria backend change ${backend.name}\` records those of a newer driver`,
    { backend: backend.name, driver: backend.driver, capability },
  );

/** The backend, when commands may change what is on it and its driver can. */
export const capableBackend = (
  state: BackendState,
  name: string,
  ...capabilities: readonly Capability[]
): E.Either<Rejection, Backend> => {
  const backend = changeableBackend(state, name);
  if (E.isLeft(backend)) return backend;
  const missing = capabilities.find((capability) => !backend.right.capabilities.includes(capability));
  return missing === undefined ? backend : E.left(unsupported(backend.right, missing));
};

/** Refuses pools that the backend does not have, as far as its stats are known. */
const knownPool = (backend: Backend, pool_name: string | null | undefined): E.Either<Rejection, Backend> => {
  const pools = backend.stats?.pools.map((pool) => pool.pool_name);
  if (!pool_name || pools === undefined || pools.includes(pool_name)) return E.right(backend);
  return E.left(
    rejections.InvalidInput(
      `pool_name: backend "${backend.name}" has no pool "${pool_name}"`,
      `its pools are: ${pools.join(', ')}`,
      { pools },
    ),
  );
};

/** The backend, when a volume like this can be made on it. */
export const backendForVolume = (
  state: BackendState,
  name: string,
  asked: {
    readonly size: number;
    readonly multiattach?: boolean | undefined;
    readonly pool_name?: string | null | undefined;
  },
  ...capabilities: readonly Capability[]
): E.Either<Rejection, Backend> => {
  const needed = asked.multiattach ? [...capabilities, 'multiattach' as const] : capabilities;
  return pipe(
    capableBackend(state, name, ...needed),
    E.chainFirst((backend) => knownPool(backend, asked.pool_name)),
    E.chainFirst((backend) => fittingSize(backend, asked.size)),
  );
};

/** Refuses sizes that the backend's pools could not hold even when empty; the array decides the rest. */
export const fittingSize = (backend: Backend, sizeGiB: number): E.Either<Rejection, number> => {
  const largest = largestVolumeGiB(backend);
  if (largest === null || sizeGiB <= largest) return E.right(sizeGiB);
  return E.left(
    rejections.SizeExceedsBackend(
      `${sizeGiB} GiB is larger than backend "${backend.name}" can hold`,
      `its largest volume is ${largest} GiB`,
      { backend: backend.name, size: sizeGiB, largest },
    ),
  );
};
