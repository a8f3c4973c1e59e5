import { connectorWith } from '../connector-schema.ts';
import { type Driver, type DriverDefinition, type DriverEnvironment, defineDriver } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { ownAddress } from '../own-address.ts';
import { rootFiles } from '../root-files.ts';
import type { MakeTarget, Target, TargetOptions } from '../targets/contract.ts';
import { type TargetHelper, targetFor } from '../targets/target-for.ts';
import { Blocks } from './blocks.ts';
import { statsOf } from './capacity.ts';
import { cloneVolume, volumeFromSnapshot } from './copies.ts';
import { deleteVolume } from './delete.ts';
import { extendVolume } from './extend.ts';
import { setUpGroup, warnOfPool } from './group.ts';
import { devicePath, lvName, poolName } from './names.ts';
import { type LvmOptions, lvmOptions } from './options.ts';
import { Programs } from './programs.ts';
import { manageIn, resourcesOf } from './resources.ts';
import { revertToSnapshot } from './revert.ts';
import { createSnapshot, deleteSnapshot, findSnapshot } from './snapshots.ts';
import { activated, createVolume } from './volumes.ts';

export type FindTarget = (helper: TargetHelper) => Promise<MakeTarget>;

/** Cinder's `cinder.volume.drivers.lvm.LVMVolumeDriver`, with targets from wherever they come. */
export const lvmDriver = (findTarget: FindTarget): DriverDefinition<typeof lvmOptions> =>
  defineDriver({
    name: 'lvm',
    description: 'Logical volumes of this host, exported over iSCSI or NVMe-oF, as by the LVM driver of Cinder',
    options: lvmOptions,
    connector: connectorWith('host'),
    create: (options, environment) => createDriver(options, environment, findTarget),
  });

export default lvmDriver(targetFor);

const createDriver = (options: LvmOptions, environment: DriverEnvironment, findTarget: FindTarget): Driver => {
  const { run, log, backendName } = environment;
  const group = options.volume_group;
  const programs = new Programs(options, run);
  const closing = new AbortController();
  const signal = () => AbortSignal.any([closing.signal, environment.signal()]);
  const blocks = new Blocks(group, options, { ...environment, signal });
  const backend = { group, options, programs, blocks, isThin: options.lvm_type === 'thin' };
  let found: Target | undefined;
  const target = (): Target => {
    if (found === undefined) throw new Error('the backend is not set up');
    return found;
  };

  return {
    setup: async () => {
      if (options.filter_function !== undefined || options.goodness_function !== undefined) {
        log.warn(
          { backend: backendName },
          'filter_function and goodness_function have no effect: nothing is scheduled',
        );
      }
      backend.isThin = (await setUpGroup(programs, options, log)).isThin;
      const make = await findTarget(options.target_helper);
      found = make(targetOptions(options), { run, files: rootFiles(run), log });
      await found.setup();
    },
    stats: async () => {
      const report = await programs.report();
      if (backend.isThin)
        warnOfPool(
          report.volumes.find(({ name }) => name === poolName(group)),
          group,
          log,
        );
      return statsOf(report, backendName, target().storageProtocol, backend.isThin, options);
    },
    createVolume: (volume) => createVolume(backend, volume).then(nothing),
    deleteVolume: (volume) => deleteVolume(backend, volume),
    findVolume: async ({ id }) => {
      const name = lvName(group, 'volume', id);
      const volume = (await programs.look([name]))(name);
      return volume === undefined ? null : { sizeBytes: volume.sizeBytes };
    },
    createExport: async (volume, connector) => {
      target().assertFits(connector);
      return target().createExport(volume, await activated(backend, volume.id));
    },
    removeExport: (volume) => target().removeExport(volume),
    initializeConnection: async (volume, connection) => {
      const { driver_volume_type, data } = await target().grant(volume, connection);
      // What tells two connections of one host from one another, besides what Cinder says.
      return { driver_volume_type, data: { ...data, connection_id: connection.id } };
    },
    terminateConnection: (volume, connection, { others }) => target().revoke(volume, connection, others),
    extend: {
      online: true,
      extendVolume: async (volume, sizeGiB) => {
        const isOpen = await extendVolume(backend, volume, sizeGiB);
        const device = devicePath(group, lvName(group, 'volume', volume.id));
        if (isOpen) await halfway(() => target().deviceGrew(volume, device));
      },
    },
    clone: { cloneVolume: (volume, source) => cloneVolume(backend, volume, source).then(nothing) },
    snapshots: {
      createSnapshot: (snapshot) => createSnapshot(backend, snapshot).then(nothing),
      deleteSnapshot: (snapshot) => deleteSnapshot(backend, snapshot),
      createVolumeFromSnapshot: (volume, snapshot) => volumeFromSnapshot(backend, volume, snapshot).then(nothing),
      findSnapshot: (snapshot) => findSnapshot(backend, snapshot),
    },
    revert: { revertToSnapshot: (_, snapshot) => revertToSnapshot(backend, snapshot) },
    resources: resourcesOf(backend, target),
    manage: manageIn(backend),
    multiattach: true,
    close: async () => closing.abort(),
  };
};

/** What is made is named after its id, and its export alone says more. */
const nothing = (): undefined => undefined;

const targetOptions = (options: LvmOptions): TargetOptions => ({
  ...options,
  target_ip_address: options.target_ip_address ?? ownAddress(),
  chap_password: options.chap_password ?? null,
  nvmeof_conn_info_version: options.nvmeof_conn_info_version === 2 ? 2 : 1,
});
