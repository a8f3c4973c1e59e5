import { Lines } from '../../lines.ts';
import { connectorWith } from '../connector-schema.ts';
import { type Driver, type DriverEnvironment, defineDriver } from '../contract.ts';
import { Capacity } from './capacity.ts';
import { connectionInfo, readMonitors } from './connections.ts';
import { cloneVolume, volumeFromSnapshot } from './copies.ts';
import { deleteVolume } from './delete.ts';
import { shutOut } from './fence.ts';
import { createVolume, extendVolume, look, type RbdBackend, required } from './images.ts';
import { volumeName } from './names.ts';
import { type RbdOptions, rbdOptions } from './options.ts';
import { Programs } from './programs.ts';
import { Remembered } from './remembered.ts';
import { manageIn, resourcesOf } from './resources.ts';
import { clonesProtected, createSnapshot, deleteSnapshot, findSnapshot, revertToSnapshot } from './snapshots.ts';
import { Trash } from './trash.ts';

/** Cinder's `cinder.volume.drivers.rbd.RBDDriver`. */
export default defineDriver({
  name: 'rbd',
  description: 'Images in a pool of a Ceph cluster, as by the RBD driver of Cinder',
  options: rbdOptions,
  connector: connectorWith('host'),
  create: (options, environment) => createDriver(options, environment),
});

const createDriver = (options: RbdOptions, environment: DriverEnvironment): Driver => {
  const closing = new AbortController();
  const signal = () => AbortSignal.any([closing.signal, environment.signal()]);
  const programs = new Programs(options, { ...environment, signal });
  const capacity = new Capacity(programs, options, environment.backendName);
  const protects = new Remembered(() => clonesProtected(programs));
  const backend: RbdBackend = { options, programs, capacity, protects, lines: new Lines() };
  const monitors = new Remembered(() => readMonitors(programs));
  const trash = new Trash(backend, environment);

  return {
    setup: async () => {
      await programs.ask(`open ${programs.place}`, 'rbd', 'trash', 'ls', programs.place);
      await monitors.anew();
    },
    stats: () => capacity.stats(),
    createVolume: (volume) => createVolume(backend, volume).then(nothing),
    deleteVolume: async (volume) => {
      await deleteVolume(backend, volume);
      if (options.enable_deferred_deletion) await trash.empty();
    },
    findVolume: async ({ id }) => found(await look(backend, volumeName(id))),
    createExport: ({ id }) => required(backend, volumeName(id)).then(nothing),
    removeExport: async () => {},
    initializeConnection: async (volume, connection) => {
      await required(backend, volumeName(volume.id));
      return connectionInfo(options, programs.place, await monitors.get(), volume, connection);
    },
    terminateConnection: async (volume, connection, { force, others }) => {
      if (force) await shutOut(backend, volume, connection, others);
    },
    extend: { online: true, extendVolume: (volume, sizeGiB) => extendVolume(backend, volume, sizeGiB) },
    clone: { cloneVolume: (volume, source) => cloneVolume(backend, volume, source).then(nothing) },
    snapshots: {
      createSnapshot: (snapshot) => createSnapshot(backend, snapshot).then(nothing),
      deleteSnapshot: (snapshot) => deleteSnapshot(backend, snapshot),
      createVolumeFromSnapshot: (volume, snapshot, source) =>
        volumeFromSnapshot(backend, volume, snapshot, source).then(nothing),
      findSnapshot: async (snapshot) => found(await findSnapshot(backend, snapshot)),
    },
    revert: { revertToSnapshot: (volume, snapshot) => revertToSnapshot(backend, volume, snapshot) },
    resources: resourcesOf(backend),
    manage: manageIn(backend),
    multiattach: true,
    close: async () => closing.abort(),
  };
};

const found = (info: { readonly sizeBytes: bigint } | null) => (info === null ? null : { sizeBytes: info.sizeBytes });

/** What is made is named after its id. */
const nothing = (): undefined => undefined;
