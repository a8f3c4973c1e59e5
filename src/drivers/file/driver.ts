import { z } from 'zod';
import { connectorWith } from '../connector-schema.ts';
import { type Driver, defineDriver } from '../contract.ts';
import { commonOptions, path } from '../options.ts';
import { statsOf } from './capacity.ts';
import { manageIn, resourcesOf } from './resources.ts';
import { bytesOf, FileStore } from './store.ts';

const options = z.strictObject({
  directory: path().describe('Directory that holds the volumes; it is made when it is missing'),
  ...commonOptions,
});

export default defineDriver({
  name: 'file',
  description: 'Sparse raw files in a directory, attached as loop devices (or as files, without root)',
  options,
  connector: connectorWith('host'),
  create: (chosen, { backendName, run, log, signal: callSignal, onProgress }): Driver => {
    const closing = new AbortController();
    const signal = () => AbortSignal.any([closing.signal, callSignal()]);
    const store = new FileStore(chosen.directory, chosen, { run, log, signal, onProgress });
    return {
      setup: () => store.setup(),
      stats: async () => statsOf(store.directory, backendName, await store.provisionedBytes(), chosen),
      createVolume: (volume) => store.create('volume', volume.id, bytesOf(volume.size)),
      deleteVolume: (volume) => store.delete('volume', volume.id),
      findVolume: (volume) => store.find('volume', volume.id),
      createExport: (volume) => store.required('volume', volume.id).then(() => undefined),
      removeExport: () => Promise.resolve(),
      terminateConnection: () => Promise.resolve(),
      initializeConnection: async ({ id }, { id: connection_id, attach_mode }) => {
        const { path } = await store.required('volume', id);
        const data = { device_path: path, access_mode: attach_mode, volume_id: id, connection_id };
        return { driver_volume_type: 'local', data };
      },
      extend: { online: true, extendVolume: (volume, sizeGiB) => store.extend(volume, sizeGiB) },
      clone: { cloneVolume: (volume, source) => store.copy(volume, 'volume', source.id) },
      snapshots: {
        createSnapshot: (snapshot) => store.snapshot(snapshot),
        deleteSnapshot: (snapshot) => store.delete('snapshot', snapshot.id),
        createVolumeFromSnapshot: (volume, snapshot) => store.copy(volume, 'snapshot', snapshot.id),
        findSnapshot: (snapshot) => store.find('snapshot', snapshot.id),
      },
      revert: { revertToSnapshot: (volume, snapshot) => store.revert(volume, snapshot) },
      resources: resourcesOf(store, run),
      manage: manageIn(store),
      multiattach: true,
      close: async () => closing.abort(),
    };
  },
});
