import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { BackendStats } from '../../domain/backend/backend.ts';
import type { JsonObject } from '../../domain/json.ts';
import { connectorWith } from '../connector-schema.ts';
import {
  type ConnectionInfo,
  type ConnectionRequest,
  type Driver,
  DriverFailure,
  defineDriver,
  type Volume,
  type VolumeModelUpdate,
} from '../contract.ts';
import { attachOptions, commonOptions, secret } from '../options.ts';
import { type MemoryArray, memoryArray } from './array.ts';
import type { MemoryCall } from './faults.ts';
import { deleteResource, resourcesOn } from './resources.ts';
import { allocatedBytes, type Promisable, provisionedBytes, sizeBytesOf, volumesOf } from './volumes.ts';

const options = z.strictObject({
  array: z.string().min(1).optional().describe("Name of the array in this process; the backend's name unless given"),
  total_capacity_gb: z.int().min(1).max(8_388_607).default(1024).describe('Capacity of the array in GiB'),
  thin_provisioning: z.boolean().default(true).describe('Whether more may be promised than there is'),
  multiattach: z.boolean().default(true).describe('Whether two hosts may be connected to one volume'),
  latency_ms: z.int().min(0).max(3_600_000).default(0).describe('How long every call takes, in milliseconds'),
  use_chap_auth: z.boolean().default(false).describe('Whether hosts need CHAP credentials, which the array makes'),
  password: secret().optional().describe('Password of the array, to try out credentials with'),
  ...attachOptions,
  ...commonOptions,
});
type Options = z.output<typeof options>;

export default defineDriver({
  name: 'memory',
  description: "A programmable array in this process's memory, for tests, dry runs and examples",
  options,
  connector: connectorWith('host'),
  create: (chosen, { backendName }): Driver => {
    const array = memoryArray(chosen.array ?? backendName);
    const capacity = () => promisable(chosen);
    const volumes = volumesOf(array, capacity);
    const call = async <Result>(name: MemoryCall, id: string, effect: () => Result): Promise<Result> => {
      if (chosen.latency_ms > 0) await sleep(chosen.latency_ms);
      return array.faults.perform(name, id, effect);
    };

    return {
      setup: () =>
        call('setup', '', () => {
          array.password = chosen.password ?? null;
        }),
      stats: () => call('stats', '', () => statsOf(array, backendName, chosen, capacity())),
      createVolume: (volume) => call('createVolume', volume.id, () => volumes.create(volume)),
      deleteVolume: (volume) => call('deleteVolume', volume.id, () => volumes.delete(volume.id)),
      findVolume: (volume) => call('findVolume', volume.id, () => volumes.findVolume(volume.id)),
      createExport: (volume) => call('createExport', volume.id, () => exported(array, volumes, volume, chosen)),
      removeExport: (volume) => call('removeExport', volume.id, () => void array.exports.delete(volume.id)),
      initializeConnection: (volume, request) =>
        call('initializeConnection', request.id, () => connected(array, volumes, volume, request)),
      terminateConnection: (_volume, connection) =>
        call('terminateConnection', connection.id, () => void array.connections.delete(connection.id)),
      extend: {
        online: true,
        extendVolume: (volume, sizeGiB) => call('extendVolume', volume.id, () => volumes.extend(volume.id, sizeGiB)),
      },
      clone: {
        cloneVolume: (volume, source) => call('cloneVolume', volume.id, () => volumes.clone(volume, source)),
      },
      snapshots: {
        createSnapshot: (snapshot) => call('createSnapshot', snapshot.id, () => volumes.createSnapshot(snapshot)),
        deleteSnapshot: (snapshot) =>
          call('deleteSnapshot', snapshot.id, () => void array.snapshots.delete(snapshot.id)),
        createVolumeFromSnapshot: (volume, snapshot) =>
          call('createVolumeFromSnapshot', volume.id, () => volumes.createFromSnapshot(volume, snapshot)),
        findSnapshot: (snapshot) => call('findSnapshot', snapshot.id, () => volumes.findSnapshot(snapshot.id)),
      },
      revert: {
        revertToSnapshot: (volume, snapshot) =>
          call('revertToSnapshot', volume.id, () => volumes.revert(volume, snapshot)),
      },
      freeze: {
        freezeBackend: () => call('freezeBackend', '', () => void array.frozen.add(backendName)),
        thawBackend: () => call('thawBackend', '', () => void array.frozen.delete(backendName)),
      },
      resources: {
        connections: true,
        listResources: () => call('listResources', '', () => resourcesOn(array, volumes.location)),
        findResource: (reference) =>
          call('findResource', reference, () => {
            const resources = resourcesOn(array, volumes.location);
            return resources.find((one) => one.reference === reference) ?? null;
          }),
        deleteResource: (reference) =>
          call('deleteResource', reference, () => deleteResource(array, reference, volumes.delete)),
      },
      manage: {
        manageExisting: (volume, reference) =>
          call('manageExisting', volume.id, () => volumes.manage(volume, reference)),
      },
      ...(chosen.multiattach ? { multiattach: true as const } : {}),
    };
  },
});

type Volumes = ReturnType<typeof volumesOf>;

/** Credentials stay those of the volume, as with Cinder's targets, from one export to the next. */
const exported = (
  array: MemoryArray,
  volumes: Volumes,
  volume: Volume,
  { use_chap_auth }: Options,
): VolumeModelUpdate | undefined => {
  const { id } = volumes.volume(volume.id);
  const standing = array.exports.get(id)?.auth ?? null;
  const auth = use_chap_auth ? (volume.provider_auth ?? standing ?? newChapAuth()) : null;
  array.exports.set(id, { volumeId: id, auth });
  return auth === volume.provider_auth ? undefined : { provider_auth: auth };
};

const newChapAuth = (): string => `CHAP ${randomBytes(10).toString('hex')} ${randomBytes(16).toString('hex')}`;

/** What the host must show, from what the volume carries: it was sealed meanwhile. */
const chapOf = (array: MemoryArray, volume: Volume): JsonObject => {
  const auth = array.exports.get(volume.id)?.auth ?? null;
  if (auth === null) return {};
  if (volume.provider_auth !== auth) {
    const message = `the CHAP credentials of volume ${volume.id} are not those that array "${array.name}" made`;
    throw new DriverFailure(message, 'remove the export, and make it anew');
  }
  const [auth_method = '', auth_username = '', auth_password = ''] = auth.split(' ');
  return { auth_method, auth_username, auth_password };
};

const connected = (
  array: MemoryArray,
  volumes: Volumes,
  volume: Volume,
  { id, connector, attach_mode }: ConnectionRequest,
): ConnectionInfo => {
  volumes.volume(volume.id);
  const chap = chapOf(array, volume);
  array.connections.set(id, { id, volumeId: volume.id, connector, attach_mode });
  return {
    driver_volume_type: 'memory',
    data: {
      array: array.name,
      volume_id: volume.id,
      connection_id: id,
      access_mode: attach_mode,
      ...chap,
    },
  };
};

const promisable = (chosen: Options): Promisable => {
  const totalBytes = sizeBytesOf(chosen.total_capacity_gb);
  const usableBytes = (totalBytes * BigInt(100 - chosen.reserved_percentage)) / 100n;
  const ratio = chosen.thin_provisioning ? Number(chosen.max_over_subscription_ratio) : 1;
  return { totalBytes, promisableBytes: BigInt(Math.floor(Number(usableBytes) * ratio)) };
};

const statsOf = (
  array: MemoryArray,
  backendName: string,
  chosen: Options,
  { totalBytes }: Promisable,
): BackendStats => {
  const provisioned = Math.min(Number(provisionedBytes(array)), Number.MAX_SAFE_INTEGER);
  const used = chosen.thin_provisioning ? allocatedBytes(array) : provisioned;
  return {
    volume_backend_name: backendName,
    vendor_name: 'Scoria',
    driver_version: '1.0.0',
    storage_protocol: 'memory',
    pools: [
      {
        pool_name: backendName,
        total_capacity_bytes: Number(totalBytes),
        free_capacity_bytes: Math.max(0, Number(totalBytes) - used),
        provisioned_capacity_bytes: provisioned,
        reserved_percentage: chosen.reserved_percentage,
        max_over_subscription_ratio: chosen.max_over_subscription_ratio,
        thin_provisioning_support: chosen.thin_provisioning,
        thick_provisioning_support: !chosen.thin_provisioning,
        multiattach: chosen.multiattach,
      },
    ],
  };
};
