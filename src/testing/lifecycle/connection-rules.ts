import type { Ending, Rules } from './rule.ts';
import {
  type Connection,
  live,
  type Refusals,
  type Storage,
  type Volume,
  volume,
  when,
  withoutConnection,
} from './storage.ts';
import { changeable, unusable } from './volume-rules.ts';

interface OnConnection {
  readonly volume_id: string;
  readonly connection_id: string;
}

const connectionOf = (storage: Storage, { volume_id, connection_id }: OnConnection): Connection | undefined =>
  storage.volumes[volume_id]?.connections[connection_id];

/** What went is gone already; what never was cannot be found. */
const gone = ({ asked }: Storage, id: string): Refusals | 'nothing to do' =>
  asked.includes(id) ? 'nothing to do' : ['ConnectionNotFound'];

const connectable = (storage: Storage, volume_id: string, id: string, host: unknown): Refusals => {
  const refusals = unusable(storage, volume_id, ['available', 'in-use']);
  if (refusals.length > 0) return refusals;
  const { connections, multiattach } = volume(storage, volume_id);
  const otherHost = Object.values(connections).some((connection) => connection.host !== host);
  return [
    ...when(storage.asked.includes(id), 'AlreadyExists'),
    ...when(host === undefined, 'InvalidConnector'),
    ...when(otherHost && !multiattach, 'NotMultiattach'),
    ...changeable(storage),
  ];
};

const connect = (storage: Storage, volume_id: string, id: string, host: string): void => {
  storage.asked.push(id);
  volume(storage, volume_id).connections[id] = { host, status: 'connecting', device: null, told: false };
};

const connected = (of: Volume, id: string, ending: Ending): void => {
  const connection = of.connections[id];
  if (ending === 'failed') withoutConnection(of, id);
  if (connection === undefined || ending !== 'done') return;
  Object.assign(connection, { status: 'reserved', told: true });
  of.status = 'in-use';
};

const hostOf = (connector: unknown): string | undefined => (connector as { readonly host?: string }).host;
const devicePath = ({ device }: { readonly device: unknown }): string =>
  String((device as { readonly path: string }).path);
const pathOf = (volume_id: string): string => `the device of ${volume_id} here`;

const isNotOnHost = ({ told, device, status }: Connection): boolean =>
  !told || (device === null && status === 'reserved');

/** A host that was never told how to reach the volume has nothing to attach or detach. */
const untold = (connection: Connection, force: boolean, ending: Ending): Ending =>
  connection.told || force ? ending : 'failed';

/** A host that the array may have let go is not connected again by what becomes of its device. */
const unlessDisconnecting = (connection: Connection, status: Connection['status']): void => {
  if (connection.status !== 'error_disconnecting') connection.status = status;
};

const detachedDevice = (connection: Connection, ending: Ending): void => {
  if (ending === 'done') connection.device = null;
  if (ending === 'done') unlessDisconnecting(connection, 'reserved');
  if (ending === 'failed') unlessDisconnecting(connection, 'error_detaching');
};

export const connectionRules: Rules<
  | 'ConnectVolume'
  | 'DisconnectVolume'
  | 'EnsureVolumeExport'
  | 'AttachVolume'
  | 'DetachVolume'
  | 'AttachDevice'
  | 'DetachDevice'
  | 'ReportDevice'
> = {
  ConnectVolume: {
    changesArray: true,
    judge: (storage, { id, volume_id, connector }) => connectable(storage, volume_id, String(id), hostOf(connector)),
    begin: (storage, { id, volume_id, connector }) =>
      connect(storage, volume_id, String(id), String(hostOf(connector))),
    end: (storage, { id, volume_id }, ending) => {
      connected(volume(storage, volume_id), String(id), ending);
      return undefined;
    },
  },

  DisconnectVolume: {
    judge: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return gone(storage, input.connection_id);
      return when(connection.device !== null && input.force !== true, 'InvalidConnection');
    },
    begin: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection !== undefined) connection.status = 'disconnecting';
    },
    end: (storage, input, ending) => {
      const connection = connectionOf(storage, input);
      if (ending === 'done') withoutConnection(volume(storage, input.volume_id), input.connection_id);
      if (ending === 'failed' && connection !== undefined) connection.status = 'error_disconnecting';
      return undefined;
    },
  },

  /** What is seen does not change, however it ends. */
  EnsureVolumeExport: {
    judge: (storage, { volume_id }) => {
      const of = live(storage, volume_id);
      if (of === null) return ['VolumeNotFound'];
      const isLetIn = ({ told, status }: Connection) => told && status !== 'error_disconnecting';
      return Object.values(of.connections).some(isLetIn) ? [] : 'nothing to do';
    },
    end: () => undefined,
  },

  AttachVolume: {
    changesArray: true,
    failure: 'ConnectorFailed',
    judge: (storage, { id, volume_id }) => connectable(storage, volume_id, String(id), storage.limits.here),
    begin: (storage, { id, volume_id }) => connect(storage, volume_id, String(id), storage.limits.here),
    end: (storage, { id, volume_id }, ending) => {
      const of = volume(storage, volume_id);
      connected(of, String(id), ending);
      const connection = of.connections[String(id)];
      if (connection !== undefined) Object.assign(connection, { status: 'attached', device: pathOf(volume_id) });
      return undefined;
    },
  },

  DetachVolume: {
    failure: 'ConnectorFailed',
    judge: (storage, input) => (connectionOf(storage, input) === undefined ? gone(storage, input.connection_id) : []),
    end: (storage, input, ending) => {
      const connection = connectionOf(storage, input);
      const { force = false } = input;
      if (connection === undefined) return undefined;
      if (!isNotOnHost(connection)) {
        if (connection.host !== storage.limits.here && !force) return ['InvalidConnection'];
        const detached = untold(connection, force, ending);
        detachedDevice(connection, detached);
        if (detached !== 'done') return detached === ending ? undefined : ['InvalidConnection'];
      }
      // Without a device the host is not asked, so that nothing goes wrong with it.
      withoutConnection(volume(storage, input.volume_id), input.connection_id);
      return [];
    },
  },

  AttachDevice: {
    failure: 'ConnectorFailed',
    judge: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return ['ConnectionNotFound'];
      if (connection.host !== storage.limits.here) return ['InvalidConnection'];
      if (connection.device !== null) return 'nothing to do';
      return when(
        !connection.told || !['reserved', 'error_attaching'].includes(connection.status),
        'InvalidConnection',
      );
    },
    begin: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection !== undefined) connection.status = 'attaching';
    },
    end: (storage, input, ending) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return undefined;
      const attached = untold(connection, false, ending);
      if (attached === 'done') Object.assign(connection, { status: 'attached', device: pathOf(input.volume_id) });
      if (attached === 'failed') connection.status = 'error_attaching';
      return attached === ending ? undefined : ['InvalidConnection'];
    },
  },

  DetachDevice: {
    failure: 'ConnectorFailed',
    judge: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return gone(storage, input.connection_id);
      if (isNotOnHost(connection)) return 'nothing to do';
      return when(connection.host !== storage.limits.here && input.force !== true, 'InvalidConnection');
    },
    begin: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection !== undefined) unlessDisconnecting(connection, 'detaching');
    },
    end: (storage, input, ending) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return undefined;
      const detached = untold(connection, input.force === true, ending);
      detachedDevice(connection, detached);
      return detached === ending ? undefined : ['InvalidConnection'];
    },
  },

  ReportDevice: {
    judge: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection === undefined) return ['ConnectionNotFound'];
      if (connection.device === devicePath(input)) return 'nothing to do';
      return when(
        !connection.told || !['reserved', 'attached', 'error_attaching'].includes(connection.status),
        'InvalidConnection',
      );
    },
    begin: (storage, input) => {
      const connection = connectionOf(storage, input);
      if (connection !== undefined) Object.assign(connection, { status: 'attached', device: devicePath(input) });
    },
  },
};
