import { hostname } from 'node:os';
import {
  DetachDevice,
  DeviceDetached,
  DeviceDetachmentFailed,
  DeviceDetachmentRequested,
  decideDetachDevice,
  decideReportDetachment,
  ReportDetachment,
} from '../../domain/volume/device-detach.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { idKnownHere } from './facts.ts';
import { connectionOf } from './find.ts';
import { byForce, ignoring } from './force.ts';
import { deviceOf, hostSideOf } from './host-side.ts';

export const detachDevice = operation({
  command: DetachDevice,
  kind: 'volume',
  keys: 'opened',
  needsReason: byForce,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async ({ connection_id, volume_id }, context) => ({
    thisHost: hostname(),
    ...(await idKnownHere('connection', connection_id, volume_id, context)),
  }),
  decide: decideDetachDevice,
  effect: {
    intent: DeviceDetachmentRequested,
    backend: 'not touched',
    perform: async ({ state, intent, services }): Promise<readonly string[]> => {
      const { force, connection_id } = intent.data;
      const connection = connectionOf(state, connection_id);
      return ignoring(force, [
        async () => {
          const { host } = connection.connector;
          if (host !== undefined && host !== hostname()) throw new Error(`the device is on host ${String(host)}`);
          const { connector, request } = await hostSideOf(connection, services);
          await connector.disconnectVolume(request, deviceOf(connection), { force });
        },
      ]);
    },
    succeeded: ({ connection_id }, ignored_errors) => [DeviceDetached.of({ connection_id, ignored_errors })],
    failed: ({ connection_id }, failure) => DeviceDetachmentFailed.of({ connection_id, failure }),
    reconcile: 'perform again',
  },
});

export const reportDetachment = operation({
  command: ReportDetachment,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: ({ connection_id, volume_id }, context) => idKnownHere('connection', connection_id, volume_id, context),
  decide: decideReportDetachment,
});
