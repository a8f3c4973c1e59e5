import { hostname } from 'node:os';
import type { Device } from '../../connectors/contract.ts';
import {
  AttachDevice,
  DeviceAttached,
  DeviceAttachmentFailed,
  DeviceAttachmentRequested,
  decideAttachDevice,
  decideReportDevice,
  ReportDevice,
} from '../../domain/volume/device-attach.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { connectionOf } from './find.ts';
import { hostSideOf } from './host-side.ts';

export const attachDevice = operation({
  command: AttachDevice,
  kind: 'volume',
  keys: 'opened',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async () => ({ thisHost: hostname() }),
  decide: decideAttachDevice,
  effect: {
    intent: DeviceAttachmentRequested,
    backend: 'not touched',
    perform: async ({ state, intent, services }): Promise<Device> => {
      const connection = connectionOf(state, intent.data.connection_id);
      const { connector, request } = await hostSideOf(connection, services);
      return connector.connectVolume(request, {
        attach_mode: connection.attach_mode,
        connector: connection.connector,
      });
    },
    succeeded: ({ connection_id }, device) => [DeviceAttached.of({ connection_id, device: { ...device } })],
    failed: ({ connection_id }, failure) => DeviceAttachmentFailed.of({ connection_id, failure }),
    reconcile: 'perform again',
  },
});

export const reportDevice = operation({
  command: ReportDevice,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decideReportDevice,
});
