import { connectorProperties } from '../../connectors/properties.ts';
import {
  AttachVolume,
  decideAttachVolume,
  VolumeAttached,
  VolumeAttachmentFailed,
  VolumeAttachmentRequested,
} from '../../domain/volume/attach.ts';
import type { BackendFacts } from '../../domain/volume/checks.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { Connector } from '../../drivers/contract.ts';
import { RBD_MAPPERS } from '../../rbd-mappers.ts';
import { isUnknown } from '../ending.ts';
import { operation } from '../operation.ts';
import { connectVolume } from './connect.ts';
import { attachDevice } from './device-attach.ts';
import { detachDevice } from './device-detach.ts';
import { disconnectVolume } from './disconnect.ts';
import { backendOf, connectionFacts } from './facts.ts';
import { volumeOf } from './find.ts';

/** This host as the backend's options want it to attach. */
const hostProperties = ({ backend: { backend } }: BackendFacts): Promise<Connector> => {
  const { use_multipath_for_image_xfer, enforce_multipath_for_image_xfer, rbd_mapper } = backend?.options ?? {};
  return connectorProperties({
    multipath: use_multipath_for_image_xfer === true,
    enforceMultipath: enforce_multipath_for_image_xfer === true,
    rbdMapper: RBD_MAPPERS.find((mapper) => mapper === rbd_mapper),
  });
};

export const attachVolume = operation({
  command: AttachVolume,
  kind: 'volume',
  keys: 'made',
  creates: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async ({ id }, context) => {
    const connector = await hostProperties(await backendOf(null, context));
    return { connector, ...(await connectionFacts(id, connector, context)) };
  },
  decide: decideAttachVolume,
  effect: {
    intent: VolumeAttachmentRequested,
    backend: 'not touched',
    /** Connect, attach the device; when that fails, undo both. */
    perform: async ({ state, intent, child }) => {
      const { connection_id, ...request } = intent.data;
      const volume_id = volumeOf(state).id;
      await child('connect', connectVolume, { id: connection_id, volume_id, ...request });
      try {
        await child('attach', attachDevice, { volume_id, connection_id });
      } catch (error) {
        if (isUnknown(error)) throw error;
        await child('detach', detachDevice, { volume_id, connection_id });
        await child('disconnect', disconnectVolume, { volume_id, connection_id });
        throw error;
      }
    },
    succeeded: ({ connection_id }) => [VolumeAttached.of({ connection_id })],
    failed: ({ connection_id }, failure) => VolumeAttachmentFailed.of({ connection_id, failure }),
    reconcile: 'resume children',
  },
});
