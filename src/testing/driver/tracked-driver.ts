import { credentialIn } from '../../commands/credentials.ts';
import type { Connection, Snapshot, Volume } from '../../domain/volume/volume.ts';
import type { ConnectionInfo, ConnectionRequest, Driver } from '../../drivers/contract.ts';
import { holds } from '../asserting.ts';
import { aConnection } from '../resources.ts';
import type { Ledger } from './made.ts';

/**
 * The driver, with every effect noted before it is asked for. `beforeCall` may throw, so that nothing new begins once a
 * check was interrupted.
 */
export const trackedDriver = (driver: Driver, ledger: Ledger, beforeCall: () => void): Driver => {
  /** What a driver says is deleted is noted still: whoever cleans up asks whether it is gone. */
  const after = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    beforeCall();
    return withoutCredential(await call());
  };
  const making = <Result>(volume: Volume, call: () => Promise<Result>): Promise<Result> =>
    after(async () => {
      await ledger.note({ kind: 'volume', id: volume.id, volume });
      return call();
    });
  return {
    ...asking(driver, after),
    createVolume: (volume) => making(volume, () => driver.createVolume(volume)),
    deleteVolume: (volume) => after(() => driver.deleteVolume(volume)),
    initializeConnection: (volume, request) => after(() => connecting(driver, ledger, volume, request)),
    terminateConnection: async (volume, connection, options) => {
      await after(() => driver.terminateConnection(volume, connection, options));
      const made = ledger.find('connection', connection.id);
      if (made !== undefined) await ledger.forget(made);
    },
    ...capabilities(driver, ledger, { after, making }),
  };
};

/** A driver's answers are recorded, and the record is for ever. */
const withoutCredential = <Answer>(answer: Answer): Answer => {
  const credential = credentialIn(answer);
  holds(credential === null, `the driver answers with a credential (${credential}): the record must not hold one`);
  return answer;
};

const connecting = async (
  driver: Driver,
  ledger: Ledger,
  volume: Volume,
  request: ConnectionRequest,
): Promise<ConnectionInfo> => {
  const connection: Connection = { ...aConnection(volume, request.connector, null), id: request.id };
  await ledger.note({ kind: 'connection', id: request.id, volume, connection });
  const connection_info = withoutCredential(await driver.initializeConnection(volume, request));
  // Before a host attaches it, so that whoever cleans up knows what to detach.
  await ledger.note({ kind: 'connection', id: request.id, volume, connection: { ...connection, connection_info } });
  return connection_info;
};

type After = <Result>(call: () => Promise<Result>) => Promise<Result>;

const asking = (driver: Driver, after: After) => ({
  setup: () => after(() => driver.setup()),
  stats: () => after(() => driver.stats()),
  findVolume: (volume: Volume) => after(() => driver.findVolume(volume)),
  createExport: (volume: Volume, connector: Connection['connector']) =>
    after(() => driver.createExport(volume, connector)),
  removeExport: (volume: Volume) => after(() => driver.removeExport(volume)),
});

interface Tracking {
  readonly after: After;
  making<Result>(volume: Volume, call: () => Promise<Result>): Promise<Result>;
}

const capabilities = (driver: Driver, ledger: Ledger, { after, making }: Tracking): Partial<Driver> => {
  const { extend, clone, snapshots, revert, freeze, multiattach } = driver;
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
        createSnapshot: (snapshot: Snapshot, volume: Volume) =>
          after(async () => {
            await ledger.note({ kind: 'snapshot', id: snapshot.id, snapshot, volume });
            return snapshots.createSnapshot(snapshot, volume);
          }),
        deleteSnapshot: (snapshot: Snapshot, volume: Volume) => after(() => snapshots.deleteSnapshot(snapshot, volume)),
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
