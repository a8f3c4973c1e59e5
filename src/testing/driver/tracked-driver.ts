import type { Connection, Snapshot, Volume } from '../../domain/volume/volume.ts';
import type { ConnectionInfo, ConnectionRequest, Driver } from '../../drivers/contract.ts';
import { aConnection } from '../resources.ts';
import type { Ledger } from './made.ts';

/**
 * The driver, with every effect noted before it is asked for. `beforeCall` may throw, so that nothing new begins once a
 * check was interrupted.
 */
export const trackedDriver = (driver: Driver, ledger: Ledger, beforeCall: () => void): Driver => {
  const making = async <Result>(volume: Volume, call: () => Promise<Result>): Promise<Result> => {
    beforeCall();
    await ledger.note({ kind: 'volume', id: volume.id, volume });
    return call();
  };
  const gone = async (kind: 'volume' | 'snapshot' | 'connection', id: string, call: () => Promise<void>) => {
    beforeCall();
    await call();
    const made = ledger.find(kind, id);
    if (made !== undefined) await ledger.forget(made);
  };
  return {
    ...asking(driver, beforeCall),
    createVolume: (volume) => making(volume, () => driver.createVolume(volume)),
    deleteVolume: (volume) => gone('volume', volume.id, () => driver.deleteVolume(volume)),
    initializeConnection: (volume, request) => {
      beforeCall();
      return connecting(driver, ledger, volume, request);
    },
    terminateConnection: (volume, connection, options) =>
      gone('connection', connection.id, () => driver.terminateConnection(volume, connection, options)),
    ...capabilities(driver, ledger, { beforeCall, making, gone }),
  };
};

const connecting = async (
  driver: Driver,
  ledger: Ledger,
  volume: Volume,
  request: ConnectionRequest,
): Promise<ConnectionInfo> => {
  const connection: Connection = { ...aConnection(volume, request.connector, null), id: request.id };
  await ledger.note({ kind: 'connection', id: request.id, volume, connection });
  const connection_info = await driver.initializeConnection(volume, request);
  // Before a host attaches it, so that whoever cleans up knows what to detach.
  await ledger.note({ kind: 'connection', id: request.id, volume, connection: { ...connection, connection_info } });
  return connection_info;
};

const asking = (driver: Driver, beforeCall: () => void) => {
  const after = <Result>(call: () => Promise<Result>): Promise<Result> => {
    beforeCall();
    return call();
  };
  return {
    setup: () => after(() => driver.setup()),
    stats: () => after(() => driver.stats()),
    findVolume: (volume: Volume) => after(() => driver.findVolume(volume)),
    createExport: (volume: Volume, connector: Connection['connector']) =>
      after(() => driver.createExport(volume, connector)),
    removeExport: (volume: Volume) => after(() => driver.removeExport(volume)),
  };
};

interface Tracking {
  readonly beforeCall: () => void;
  making<Result>(volume: Volume, call: () => Promise<Result>): Promise<Result>;
  gone(kind: 'snapshot', id: string, call: () => Promise<void>): Promise<void>;
}

const capabilities = (driver: Driver, ledger: Ledger, { beforeCall, making, gone }: Tracking): Partial<Driver> => {
  const { extend, clone, snapshots, revert, freeze, multiattach } = driver;
  const after = <Result>(call: () => Promise<Result>): Promise<Result> => {
    beforeCall();
    return call();
  };
  return {
    ...(extend && {
      extend: {
        online: extend.online,
        extendVolume: (volume: Volume, size: number) => after(() => extend.extendVolume(volume, size)),
      },
    }),
    ...(clone && {
      clone: {
        cloneVolume: (volume: Volume, source: Volume) => making(volume, () => clone.cloneVolume(volume, source)),
      },
    }),
    ...(snapshots && {
      snapshots: {
        createSnapshot: async (snapshot: Snapshot, volume: Volume) => {
          beforeCall();
          await ledger.note({ kind: 'snapshot', id: snapshot.id, snapshot, volume });
          return snapshots.createSnapshot(snapshot, volume);
        },
        deleteSnapshot: (snapshot: Snapshot, volume: Volume) =>
          gone('snapshot', snapshot.id, () => snapshots.deleteSnapshot(snapshot, volume)),
        createVolumeFromSnapshot: (volume: Volume, snapshot: Snapshot, source: Volume) =>
          making(volume, () => snapshots.createVolumeFromSnapshot(volume, snapshot, source)),
        findSnapshot: (snapshot: Snapshot, volume: Volume) => after(() => snapshots.findSnapshot(snapshot, volume)),
      },
    }),
    ...(revert && {
      revert: {
        revertToSnapshot: (volume: Volume, snapshot: Snapshot) =>
          after(() => revert.revertToSnapshot(volume, snapshot)),
      },
    }),
    ...(freeze && {
      freeze: {
        freezeBackend: () => after(() => freeze.freezeBackend()),
        thawBackend: () => after(() => freeze.thawBackend()),
      },
    }),
    ...(multiattach && { multiattach }),
  };
};
