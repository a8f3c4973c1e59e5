import { credentialIn } from '../../commands/credentials.ts';
import type { Connection, Snapshot } from '../../domain/volume/volume.ts';
import {
  type ConnectionInfo,
  type ConnectionRequest,
  type Driver,
  isDriverFailure,
  type Volume,
  type VolumeModelUpdate,
} from '../../drivers/contract.ts';
import { type SecretField, withSecrets } from '../../drivers/secret-fields.ts';
import { holds } from '../asserting.ts';
import { aConnection } from '../resources.ts';
import type { Ledger, Made, Notes } from './made.ts';

/**
 * The driver, with every effect noted before it is asked for. `beforeCall` may throw, so that nothing new begins once a
 * check was interrupted.
 */
export const trackedDriver = (
  driver: Driver,
  ledger: Ledger,
  beforeCall: () => void,
  secrets: readonly SecretField[],
): Driver => {
  const noted: Notes['note'] = async (made) => ledger.note(await withoutSecrets(made, secrets));
  /** What a driver says is deleted is noted still: whoever cleans up asks whether it is gone. */
  const after = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    beforeCall();
    return withoutCredential(await call(), secrets);
  };
  const changed: Tracking['changed'] = async ({ id }, change) => {
    const made = ledger.find('volume', id);
    if (made !== undefined) await noted({ ...made, volume: { ...made.volume, ...change } });
  };
  /** Drivers find by what they told before, an export above all. */
  const telling = async (volume: Volume, call: () => Promise<VolumeModelUpdate | undefined>) => {
    const update = await call();
    if (update !== undefined) await changed(volume, update);
    return update;
  };
  const making: Tracking['making'] = (volume, call) =>
    after(async () => {
      const before = ledger.find('volume', volume.id);
      await noted({ kind: 'volume', id: volume.id, volume });
      try {
        return await telling(volume, call);
      } catch (error) {
        // What was refused in its place is not what is there, with its size.
        if (before !== undefined && isDriverFailure(error)) await noted(before);
        throw error;
      }
    });
  return {
    ...asking(driver, after),
    createExport: (volume, connector) => after(() => telling(volume, () => driver.createExport(volume, connector))),
    createVolume: (volume) => making(volume, () => driver.createVolume(volume)),
    deleteVolume: (volume) => after(() => driver.deleteVolume(volume)),
    initializeConnection: (volume, request) => after(() => connecting(driver, noted, volume, request, secrets)),
    terminateConnection: async (volume, connection, options) => {
      await after(() => driver.terminateConnection(volume, connection, options));
      const made = ledger.find('connection', connection.id);
      if (made !== undefined) await ledger.forget(made);
    },
    ...capabilities(driver, noted, { after, making, changed }),
  };
};

/** A driver's answers are recorded, and the record is for ever. */
const withoutCredential = async <Answer>(answer: Answer, secrets: readonly SecretField[]): Promise<Answer> => {
  const credential = credentialIn(await withSecrets(answer, secrets, () => null));
  const remedy = "name its place in the driver's `secrets`, so that it is sealed";
  holds(credential === null, `the driver answers with a credential (${credential}) in the clear: ${remedy}`);
  return answer;
};

/** What was made, as it may be noted: notes are recorded too. Whoever cleans up needs no credentials. */
const withoutSecrets = async (made: Made, secrets: readonly SecretField[]): Promise<Made> => {
  const known = { ...made, volume: { ...made.volume, provider_auth: null } };
  if (known.kind !== 'connection') return known;
  const connection_info = await withSecrets(known.connection.connection_info, secrets, () => null);
  return { ...known, connection: { ...known.connection, connection_info } };
};

const connecting = async (
  driver: Driver,
  note: Notes['note'],
  volume: Volume,
  request: ConnectionRequest,
  secrets: readonly SecretField[],
): Promise<ConnectionInfo> => {
  const connection: Connection = { ...aConnection(volume, request.connector, null), id: request.id };
  await note({ kind: 'connection', id: request.id, volume, connection });
  const connection_info = await withoutCredential(await driver.initializeConnection(volume, request), secrets);
  // Before a host attaches it, so that whoever cleans up knows what to detach.
  await note({ kind: 'connection', id: request.id, volume, connection: { ...connection, connection_info } });
  return connection_info;
};

type After = <Result>(call: () => Promise<Result>) => Promise<Result>;

const asking = (driver: Driver, after: After) => ({
  setup: () => after(() => driver.setup()),
  stats: () => after(() => driver.stats()),
  findVolume: (volume: Volume) => after(() => driver.findVolume(volume)),
  removeExport: (volume: Volume) => after(() => driver.removeExport(volume)),
});

interface Tracking {
  readonly after: After;
  /** Notes what a volume is like now. */
  changed(volume: Volume, change: VolumeModelUpdate & { readonly size?: number }): Promise<void>;
  making(volume: Volume, call: () => Promise<VolumeModelUpdate | undefined>): Promise<VolumeModelUpdate | undefined>;
}

const capabilities = (driver: Driver, note: Notes['note'], { after, making, changed }: Tracking): Partial<Driver> => {
  const { extend, clone, snapshots, revert, freeze, resources, manage, multiattach } = driver;
  return {
    ...(extend && {
      extend: {
        online: extend.online,
        extendVolume: (volume, size, connections) =>
          after(async () => {
            await extend.extendVolume(volume, size, connections);
            await changed(volume, { size });
          }),
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
            await note({ kind: 'snapshot', id: snapshot.id, snapshot, volume });
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
    ...(resources && {
      resources: {
        connections: resources.connections,
        listResources: () => after(() => resources.listResources()),
        findResource: (reference: string) => after(() => resources.findResource(reference)),
        deleteResource: (reference: string) => after(() => resources.deleteResource(reference)),
      },
    }),
    ...(manage && {
      manage: {
        manageExisting: (volume: Volume, reference: string) =>
          making(volume, () => manage.manageExisting(volume, reference)),
      },
    }),
    ...(multiattach && { multiattach }),
  };
};
