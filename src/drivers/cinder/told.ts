import type { JsonObject } from '../../domain/json.ts';
import type { Logger } from '../../logging.ts';
import type { ConnectionInfo, ConnectionRequest, VolumeModelUpdate } from '../contract.ts';

interface Told {
  readonly update: VolumeModelUpdate;
  /** What it said of Cinder's database that Scoria's record does not have. */
  readonly dropped: readonly string[];
}

/** A model update; `undefined` where the driver said nothing. */
export const updateOf = (answer: unknown, log: Logger, work: string): VolumeModelUpdate | undefined => {
  const { update, dropped } = answer as Told;
  if (dropped.length > 0) {
    log.warn({ driver: work }, `What the driver said has no place in the record: ${dropped.join(', ')}`);
  }
  return Object.keys(update).length === 0 ? undefined : update;
};

/** The driver's connection info, with what Cinder's own manager adds and what tells two connections of a host apart. */
export const connectionInfoOf = (answer: unknown, { id, attach_mode }: ConnectionRequest): ConnectionInfo => {
  const { driver_volume_type, data } = (answer ?? {}) as { driver_volume_type?: unknown; data?: unknown };
  if (typeof driver_volume_type !== 'string' || typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new Error('the driver answered with connection info that is none: it has driver_volume_type and data');
  }
  return { driver_volume_type, data: { access_mode: attach_mode, ...(data as JsonObject), connection_id: id } };
};
