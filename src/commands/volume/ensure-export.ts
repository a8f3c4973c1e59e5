import { isDeepStrictEqual } from 'node:util';
import { rejections } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  decideEnsureVolumeExport,
  EnsureVolumeExport,
  ExportEnsured,
  ExportEnsureFailed,
  ExportEnsureRequested,
} from '../../domain/volume/ensure-export.ts';
import { definedOnly, modelUpdated } from '../../domain/volume/model-update.ts';
import { type Connection, isConnected, type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import type { ConnectionInfo, Driver, VolumeModelUpdate } from '../../drivers/contract.ts';
import { isUnknown } from '../ending.ts';
import { operation, Refused } from '../operation.ts';
import type { Services } from '../services.ts';
import { connect } from './connect.ts';
import { backendOf } from './facts.ts';
import { volumeOf } from './find.ts';

export interface Ensured {
  readonly volume_id: string;
  readonly update: VolumeModelUpdate;
  readonly connections: readonly string[];
}

export const ensureVolumeExport = operation({
  command: EnsureVolumeExport,
  kind: 'volume',
  keys: 'made',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: backendOf,
  decide: decideEnsureVolumeExport,
  effect: {
    intent: ExportEnsureRequested,
    // A freeze keeps changes away, not the hosts that are connected.
    backend: 'may be frozen',
    perform: async ({ state, driver, services }) => ensured(state, await driver(), services),
    succeeded: (_, { volume_id, update, connections }) => [
      ...modelUpdated('volume', volume_id, update),
      ExportEnsured.of({ connections }),
    ],
    failed: (_, failure) => ExportEnsureFailed.of({ failure }),
    reconcile: 'perform again',
  },
});

/** One host that cannot be let in keeps out no other. */
const ensured = async (state: VolumeState, driver: Driver, services: Services): Promise<Ensured> => {
  const volume = volumeOf(state);
  // Taken up again, it may be about hosts that were disconnected since.
  const connections = Object.values(state.connections).filter(isConnected);
  let update: VolumeModelUpdate = {};
  const errors: unknown[] = [];
  for (const connection of connections) {
    try {
      const made = await connect(driver, { ...volume, ...update }, connection, false);
      update = { ...update, ...definedOnly(made.update ?? {}) };
      await assertReached(connection, made.connection_info, services);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.find(isUnknown) ?? errors[0];
  return { volume_id: volume.id, update, connections: connections.map(({ id }) => id) };
};

/** The host goes by what it was told when it was connected, and an attached one cannot be told anew. */
const assertReached = async (
  { id, volume_id, connection_info }: Connection,
  now: ConnectionInfo,
  { vault }: Services,
): Promise<void> => {
  const fieldsOf = async (info: ConnectionInfo): Promise<JsonObject> => {
    const { driver_volume_type, data } = await vault.opened(volumeStream(volume_id), info);
    return { driver_volume_type, ...data };
  };
  const [told, present] = [await fieldsOf(connection_info as ConnectionInfo), await fieldsOf(now)];
  const names = new Set([...Object.keys(told), ...Object.keys(present)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(told[name], present[name]));
  if (changed.length === 0) return;
  throw new Refused(
    rejections.InvalidConnection(
      `the host of connection ${id} would reach the volume otherwise now: ${changed.join(', ')} changed`,
      'set the backend as it was when the host was connected, or detach, disconnect and connect the host anew',
      { connection_id: id, changed },
    ),
  );
};
