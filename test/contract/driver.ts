import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendStatsSchema, CAPABILITIES, type Capability, type PoolStats } from '../../src/domain/backend/backend.ts';
import type { Connection, Volume } from '../../src/domain/volume/volume.ts';
import {
  type ConnectionInfo,
  type Connector,
  capabilitiesOf,
  type Driver,
  type DriverDefinition,
  DriverFailure,
} from '../../src/drivers/contract.ts';
import { aConnection, aSnapshot, aVolume } from './resources.ts';

/** What the suite needs to try out a driver; made anew for every test. */
export interface DriverFixture {
  readonly definition: DriverDefinition;
  readonly driver: Driver;
  readonly connector: Connector;
  /** A size that the backend cannot hold. */
  readonly tooLargeGiB: number;
  /** Reads and writes the volume's bytes as a host does that has it attached; `sizeBytes` is what that host sees. */
  attach(info: ConnectionInfo): Promise<AttachedBytes>;
  /** The names of all that is on the array, half made or not; empty when nothing is left behind. */
  remains(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface AttachedBytes {
  write(offsetBytes: number, bytes: Uint8Array): Promise<void>;
  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** Sees the size anew, as after the volume grew. */
  sizeBytes(): Promise<bigint>;
  detach(): Promise<void>;
}

const GIB_BYTES = 1024n ** 3n;
const FAR_BYTES = 700 * 1024 * 1024 + 512 * 3;

/**
 * What every driver promises (`src/drivers/contract.ts`), and cinderlib's functional tests at the level of drivers.
 * `capabilities` are those that the driver must have; that it has no others is asserted too.
 */
export const describeDriver = (
  name: string,
  capabilities: readonly Capability[],
  makeFixture: () => Promise<DriverFixture>,
): void => {
  const has = (capability: Capability): boolean => capabilities.includes(capability);

  describe(`driver ${name}`, () => {
    let fixture: DriverFixture;
    let driver: Driver;

    beforeEach(async () => {
      fixture = await makeFixture();
      driver = fixture.driver;
      await driver.setup();
    });

    afterEach(async () => {
      await driver.close?.();
      await fixture.close();
    });

    const created = async (change: Partial<Volume> = {}): Promise<Volume> => {
      const volume = aVolume(change);
      return { ...volume, ...(await driver.createVolume(volume)), status: 'available' } as Volume;
    };

    const sizeOf = async (volume: Volume): Promise<bigint | undefined> => (await driver.findVolume(volume))?.sizeBytes;

    const connected = async (volume: Volume): Promise<{ info: ConnectionInfo; connection: Connection }> => {
      const connection = aConnection(volume, fixture.connector, null);
      await driver.createExport(volume, fixture.connector);
      const info = await driver.initializeConnection(volume, { ...connection, connector: fixture.connector });
      return { info, connection: { ...connection, connection_info: info } };
    };

    const disconnect = async (volume: Volume, connection: Connection): Promise<void> => {
      await driver.terminateConnection(volume, connection, { force: false });
      await driver.removeExport(volume);
    };

    /** Does something with the volume's bytes as a host would, and leaves it disconnected. */
    const attached = async <Result>(
      volume: Volume,
      use: (bytes: AttachedBytes) => Promise<Result>,
    ): Promise<Result> => {
      const { info, connection } = await connected(volume);
      const bytes = await fixture.attach(info);
      try {
        return await use(bytes);
      } finally {
        await bytes.detach();
        await disconnect(volume, connection);
      }
    };

    /** Two stretches, near the start and far from it, across block boundaries. */
    const fill = async (volume: Volume): Promise<readonly Uint8Array[]> => {
      const written = [randomBytes(1024), randomBytes(8192)] as const;
      await attached(volume, async (bytes) => {
        await bytes.write(3584, written[0]);
        await bytes.write(FAR_BYTES, written[1]);
      });
      return written.map((one) => Uint8Array.from(one));
    };

    const contents = (volume: Volume): Promise<readonly Uint8Array[]> =>
      attached(volume, async (bytes) => [await bytes.read(3584, 1024), await bytes.read(FAR_BYTES, 8192)]);

    const refused = async (call: Promise<unknown>): Promise<void> => {
      const failure = await call.then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(DriverFailure);
      expect((failure as DriverFailure).remedy).not.toBe('');
    };

    const pool = async (): Promise<PoolStats> => {
      const [first] = (await driver.stats()).pools;
      if (first === undefined) throw new Error('The backend has no pool');
      return first;
    };

    test('declares its capabilities', () => {
      expect([...capabilitiesOf(driver)].sort()).toEqual([...capabilities].sort());
      expect(fixture.definition.name).not.toBe('');
      expect(fixture.definition.description).not.toBe('');
    });

    test('takes its connector and refuses an empty one', () => {
      expect(fixture.definition.connector.safeParse(fixture.connector).success).toBe(true);
      expect(fixture.definition.connector.safeParse({}).success).toBe(false);
    });

    test('may be set up again', async () => {
      await driver.setup();
      expect(await fixture.remains()).toEqual([]);
    });

    test('reports stats that change when a volume is created', async () => {
      const stats = await driver.stats();
      expect(BackendStatsSchema.parse(stats)).toEqual(stats);
      expect((await pool()).multiattach).toBe(has('multiattach'));
      const before = (await pool()).provisioned_capacity_bytes;
      const volume = await created({ size: 2 });
      expect((await pool()).provisioned_capacity_bytes - before).toBe(Number(2n * GIB_BYTES));
      await driver.deleteVolume(volume);
      expect((await pool()).provisioned_capacity_bytes).toBe(before);
    });

    test('creates a volume of the size asked for, which a host sees', async () => {
      const volume = await created({ size: 2 });
      expect(await sizeOf(volume)).toBe(2n * GIB_BYTES);
      expect(await attached(volume, (bytes) => bytes.sizeBytes())).toBe(2n * GIB_BYTES);
    });

    test('finds a volume with the model update of its creation, and none before or after', async () => {
      const volume = aVolume();
      expect(await driver.findVolume(volume)).toBeNull();
      const update = await driver.createVolume(volume);
      expect((await driver.findVolume(volume))?.modelUpdate).toEqual(update);
      await driver.deleteVolume(volume);
      expect(await driver.findVolume(volume)).toBeNull();
    });

    test('creates a volume that is there already, without touching its bytes', async () => {
      const volume = await created();
      const written = await fill(volume);
      await driver.createVolume(volume);
      expect(await contents(volume)).toEqual(written);
    });

    test('refuses to create another volume in the place of one', async () => {
      const volume = await created();
      await refused(driver.createVolume({ ...volume, size: 2 }));
      expect(await sizeOf(volume)).toBe(GIB_BYTES);
    });

    test('deletes twice', async () => {
      const volume = await created();
      await driver.deleteVolume(volume);
      await driver.deleteVolume(volume);
      expect(await fixture.remains()).toEqual([]);
    });

    test('refuses a volume larger than the backend and leaves nothing', async () => {
      const volume = aVolume({ size: fixture.tooLargeGiB });
      await refused(driver.createVolume(volume));
      expect(await driver.findVolume(volume)).toBeNull();
      expect(await fixture.remains()).toEqual([]);
    });

    test('keeps several volumes apart', async () => {
      const volumes = await Promise.all([1, 2, 1].map((size) => created({ size })));
      const written = [];
      for (const volume of volumes) written.push(await fill(volume));
      for (const [index, volume] of volumes.entries()) expect(await contents(volume)).toEqual(written[index]);
      await Promise.all(volumes.map((volume) => driver.deleteVolume(volume)));
      expect(await fixture.remains()).toEqual([]);
    });

    test('reads as zeros where nothing was written', async () => {
      const volume = await created();
      expect(await contents(volume)).toEqual([new Uint8Array(1024), new Uint8Array(8192)]);
    });

    test('connects and disconnects, each twice in a row, several times', async () => {
      const volume = await created();
      for (let round = 0; round < 3; round += 1) {
        const { info, connection } = await connected(volume);
        await driver.createExport(volume, fixture.connector);
        const again = await driver.initializeConnection(volume, { ...connection, connector: fixture.connector });
        expect(again).toEqual(info);
        expect(JSON.parse(JSON.stringify(info))).toEqual(info);
        await disconnect(volume, connection);
        await disconnect(volume, connection);
      }
      await driver.deleteVolume(volume);
      expect(await fixture.remains()).toEqual([]);
    });

    test('keeps bytes from one connection to the next', async () => {
      const volume = await created();
      const written = await fill(volume);
      expect(await contents(volume)).toEqual(written);
    });

    test('refuses to export or connect a volume that is not there', async () => {
      const volume = aVolume();
      await refused(driver.createExport(volume, fixture.connector));
      const request = { id: randomUUID(), connector: fixture.connector, attach_mode: 'rw' as const };
      await refused(driver.initializeConnection(volume, request));
      expect(await fixture.remains()).toEqual([]);
    });

    for (const absent of CAPABILITIES.filter((capability) => !has(capability))) {
      test(`declares that it has no ${absent}`, () => {
        expect(capabilitiesOf(driver)).not.toContain(absent);
      });
    }

    if (has('multiattach')) {
      test('lets two connections see the same bytes, and the second live on after the first', async () => {
        const volume = await created();
        const [one, other] = [await connected(volume), await connected(volume)];
        const first = await fixture.attach(one.info);
        await first.write(4096, Uint8Array.of(1, 2, 3, 4));
        await first.detach();
        const second = await fixture.attach(other.info);
        await driver.terminateConnection(volume, one.connection, { force: false });
        expect(await second.read(4096, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
        await second.detach();
        await disconnect(volume, other.connection);
      });
    }

    if (has('extend')) {
      const extend = (volume: Volume, sizeGiB: number): Promise<void> => {
        if (driver.extend === undefined) throw new Error('The driver has no extend');
        return driver.extend.extendVolume(volume, sizeGiB);
      };

      test('extends, twice, and keeps the bytes', async () => {
        const volume = await created();
        const written = await fill(volume);
        await extend(volume, 3);
        await extend(volume, 3);
        expect(await sizeOf(volume)).toBe(3n * GIB_BYTES);
        expect(await attached(volume, (bytes) => bytes.sizeBytes())).toBe(3n * GIB_BYTES);
        expect(await contents(volume)).toEqual(written);
      });

      test('refuses to extend what is not there, to shrink and to outgrow the backend', async () => {
        const volume = await created({ size: 2 });
        await refused(extend(aVolume(), 2));
        await refused(extend(volume, 1));
        await refused(extend(volume, fixture.tooLargeGiB));
        expect(await sizeOf(volume)).toBe(2n * GIB_BYTES);
      });
    }

    if (has('extend_online')) {
      test('extends while a host has it attached, and the host sees the new size', async () => {
        const volume = await created();
        await attached(volume, async (bytes) => {
          await driver.extend?.extendVolume(volume, 2);
          expect(await bytes.sizeBytes()).toBe(2n * GIB_BYTES);
          await bytes.write(Number(2n * GIB_BYTES) - 512, new Uint8Array(512).fill(7));
        });
      });
    }

    if (has('clone')) {
      const clone = async (source: Volume, size: number): Promise<Volume> => {
        const volume = aVolume({ size, source_volid: source.id });
        await driver.clone?.cloneVolume(volume, source);
        return volume;
      };

      test('clones equal bytes, as large or larger, and the clone lives its own life', async () => {
        const source = await created();
        const written = await fill(source);
        const [same, larger] = [await clone(source, 1), await clone(source, 2)];
        const overwritten = await fill(source);
        expect(await sizeOf(same)).toBe(GIB_BYTES);
        expect(await sizeOf(larger)).toBe(2n * GIB_BYTES);
        expect(await contents(same)).toEqual(written);
        expect(await contents(larger)).toEqual(written);
        await fill(same);
        expect(await contents(source)).toEqual(overwritten);
        await driver.deleteVolume(source);
        expect(await contents(larger)).toEqual(written);
      });

      test('clones again without touching the clone that stands', async () => {
        const source = await created();
        const written = await fill(source);
        const volume = await clone(source, 1);
        await fill(source);
        await driver.clone?.cloneVolume(volume, source);
        expect(await contents(volume)).toEqual(written);
      });

      test('refuses to clone what is not there or larger, and leaves nothing', async () => {
        await refused(clone(aVolume(), 1));
        expect(await fixture.remains()).toEqual([]);
        const source = await created({ size: 2 });
        await refused(clone(source, 1));
        await driver.deleteVolume(source);
        expect(await fixture.remains()).toEqual([]);
      });
    }

    if (has('snapshots')) {
      const snapshots = () => {
        if (driver.snapshots === undefined) throw new Error('The driver has no snapshots');
        return driver.snapshots;
      };

      test('takes a snapshot, twice, finds it and deletes it twice', async () => {
        const volume = await created();
        const snapshot = aSnapshot(volume);
        expect(await snapshots().findSnapshot(snapshot, volume)).toBeNull();
        const update = await snapshots().createSnapshot(snapshot, volume);
        await snapshots().createSnapshot(snapshot, volume);
        expect(await snapshots().findSnapshot(snapshot, volume)).toEqual({
          sizeBytes: GIB_BYTES,
          ...(update === undefined ? {} : { modelUpdate: update }),
        });
        await snapshots().deleteSnapshot(snapshot, volume);
        await snapshots().deleteSnapshot(snapshot, volume);
        expect(await snapshots().findSnapshot(snapshot, volume)).toBeNull();
        await driver.deleteVolume(volume);
        expect(await fixture.remains()).toEqual([]);
      });

      test('makes volumes with the bytes of a snapshot after its source was overwritten', async () => {
        const source = await created();
        const written = await fill(source);
        const snapshot = aSnapshot(source);
        await snapshots().createSnapshot(snapshot, source);
        await fill(source);
        for (const size of [1, 2]) {
          const volume = aVolume({ size, snapshot_id: snapshot.id });
          await snapshots().createVolumeFromSnapshot(volume, snapshot, source);
          await snapshots().createVolumeFromSnapshot(volume, snapshot, source);
          expect(await sizeOf(volume)).toBe(BigInt(size) * GIB_BYTES);
          expect(await contents(volume)).toEqual(written);
          await driver.deleteVolume(volume);
        }
        await snapshots().deleteSnapshot(snapshot, source);
        await driver.deleteVolume(source);
        expect(await fixture.remains()).toEqual([]);
      });

      test('refuses snapshots of and volumes from what is not there, and leaves nothing', async () => {
        const absent = aVolume();
        await refused(snapshots().createSnapshot(aSnapshot(absent), absent));
        await refused(snapshots().createVolumeFromSnapshot(aVolume(), aSnapshot(absent), absent));
        expect(await fixture.remains()).toEqual([]);
      });
    }

    if (has('revert')) {
      test('reverts to a snapshot, twice, and keeps the size', async () => {
        const volume = await created();
        const written = await fill(volume);
        const snapshot = aSnapshot(volume);
        await driver.snapshots?.createSnapshot(snapshot, volume);
        await fill(volume);
        await driver.extend?.extendVolume(volume, 2);
        const size = await sizeOf(volume);
        for (let round = 0; round < 2; round += 1) {
          await driver.revert?.revertToSnapshot(volume, snapshot);
          expect(await contents(volume)).toEqual(written);
          expect(await sizeOf(volume)).toBe(size);
          await fill(volume);
        }
        await driver.revert?.revertToSnapshot(volume, snapshot);
        expect(await contents(volume)).toEqual(written);
      });

      test('refuses to revert to what is not there and keeps the bytes', async () => {
        const volume = await created();
        const written = await fill(volume);
        await refused(Promise.resolve(driver.revert?.revertToSnapshot(volume, aSnapshot(volume))));
        expect(await contents(volume)).toEqual(written);
      });
    }

    if (has('freeze')) {
      test('freezes and thaws, each twice', async () => {
        await driver.freeze?.freezeBackend();
        await driver.freeze?.freezeBackend();
        await driver.freeze?.thawBackend();
        await driver.freeze?.thawBackend();
        await driver.deleteVolume(await created());
        expect(await fixture.remains()).toEqual([]);
      });
    }
  });
};
