import { randomBytes } from 'node:crypto';
import type { Capability, PoolStats } from '../../domain/backend/backend.ts';
import type { Connection } from '../../domain/volume/volume.ts';
import {
  type ConnectionInfo,
  type Connector,
  type Driver,
  isDriverFailure,
  type Volume,
} from '../../drivers/contract.ts';
import { secretFieldsOf } from '../../drivers/secret-fields.ts';
import { holds, rejected, same } from '../asserting.ts';
import { aConnection, aVolume } from '../resources.ts';
import { CannotCheck } from './cannot-check.ts';
import type { AttachedBytes } from './host-bytes.ts';
import type { Ledger } from './made.ts';
import { sameSize } from './sizes.ts';
import type { DriverSubject } from './subject.ts';
import { trackedDriver } from './tracked-driver.ts';

const FAR_BYTES = 700 * 1024 * 1024 + 512 * 3;

export interface Connected {
  readonly info: ConnectionInfo;
  readonly connection: Connection;
  /** The volume with what its export brought. */
  readonly exported: Volume;
}

/** One check of a driver: what it works with, and what it made, which is taken away when it ends. */
export class DriverTrial {
  readonly subject: DriverSubject;
  readonly driver: Driver;
  readonly ledger: Ledger;

  constructor(subject: DriverSubject, ledger: Ledger, beforeCall: () => void = () => {}) {
    this.subject = subject;
    this.ledger = ledger;
    this.driver = trackedDriver(subject.driver, ledger, beforeCall, secretFieldsOf(subject.definition));
  }

  has(capability: Capability): boolean {
    return this.subject.capabilities.includes(capability);
  }

  get connector(): Connector {
    return this.subject.connector;
  }

  /** GiB. */
  get size(): number {
    return this.subject.sizeGiB;
  }

  /** The driver's capability, which the check needs. */
  capability<Name extends 'extend' | 'clone' | 'snapshots' | 'revert' | 'freeze' | 'resources' | 'manage'>(
    name: Name,
  ): NonNullable<Driver[Name]> {
    const found = this.driver[name];
    if (found === undefined) throw new CannotCheck(`the driver has no ${name}`);
    return found as NonNullable<Driver[Name]>;
  }

  volume(change: Partial<Volume> = {}): Volume {
    return aVolume({
      size: this.size,
      backend_name: this.subject.backendName,
      pool_name: this.subject.pool,
      ...change,
    });
  }

  async created(change: Partial<Volume> = {}): Promise<Volume> {
    const volume = this.volume(change);
    return { ...volume, ...(await this.driver.createVolume(volume)), status: 'available' } as Volume;
  }

  async hasSize(volume: Volume, sizeGiB: number, after: string): Promise<void> {
    const found = await this.driver.findVolume(volume);
    holds(found !== null, `findVolume answers null for a volume that is there, ${after}`);
    this.sameSize(found?.sizeBytes, sizeGiB, `findVolume answers another size in bytes ${after}`);
  }

  /** Fails unless it is that size, as exactly as the backend keeps sizes. */
  sameSize(bytes: bigint | null | undefined, sizeGiB: number, said: string): void {
    sameSize(bytes, sizeGiB, said, this.subject);
  }

  async isGone(volume: Volume, when: string): Promise<void> {
    same(await this.driver.findVolume(volume), null, `findVolume must answer null ${when}`);
  }

  /** Nothing that this check asked for is there, and where the array can be listed, nothing at all. */
  async leftNothing(when: string): Promise<void> {
    for (const made of this.ledger.ever) {
      if (made.kind === 'volume') await this.isGone(made.volume, when);
      if (made.kind !== 'snapshot') continue;
      const found = await this.driver.snapshots?.findSnapshot(made.snapshot, made.volume);
      same(found ?? null, null, `findSnapshot must answer null ${when}`);
    }
    if (this.subject.remains === null) return;
    same([...(await this.subject.remains())], [], `something is left on the array ${when}`);
  }

  /** The call fails, and says that nothing happened. */
  async refused(what: string, call: Promise<unknown>): Promise<void> {
    const failure = await rejected(
      call,
      `the driver must refuse ${what} with a DriverFailure, and did it all the same`,
    );
    holds(
      isDriverFailure(failure),
      `the driver must refuse ${what} with a DriverFailure, which says that nothing happened; it threw ${failure}`,
    );
    holds(isDriverFailure(failure) && failure.remedy !== '', `the DriverFailure about ${what} has no remedy`);
  }

  async connected(volume: Volume, connector: Connector = this.connector): Promise<Connected> {
    const connection = aConnection(volume, connector, null);
    const exported = { ...volume, ...(await this.driver.createExport(volume, connector)) } as Volume;
    const info = await this.driver.initializeConnection(exported, { ...connection, connector });
    return { info, connection: { ...connection, connection_info: info }, exported };
  }

  async disconnect(volume: Volume, connection: Connection): Promise<void> {
    await this.driver.terminateConnection(volume, connection, { force: false, others: [] });
    await this.driver.removeExport(volume);
  }

  async attach(info: ConnectionInfo): Promise<AttachedBytes> {
    if (this.subject.attach === null) throw new CannotCheck('this host cannot attach volumes of the backend');
    return this.subject.attach(info);
  }

  /** Does something with the volume's bytes as a host would, and leaves it disconnected. */
  async attached<Result>(
    volume: Volume,
    use: (bytes: AttachedBytes, connected: Connected) => Promise<Result>,
  ): Promise<Result> {
    const connected = await this.connected(volume);
    const bytes = await this.attach(connected.info);
    let result: Result;
    try {
      result = await use(bytes, connected);
    } finally {
      await bytes.detach();
    }
    await this.disconnect(connected.exported, connected.connection);
    return result;
  }

  /** Writes two stretches, near the start and far from it, across block boundaries. */
  async fill(volume: Volume): Promise<readonly Uint8Array[]> {
    const written = [randomBytes(1024), randomBytes(8192)] as const;
    await this.attached(volume, async (bytes) => {
      await bytes.write(3584, written[0]);
      await bytes.write(FAR_BYTES, written[1]);
    });
    return written.map((one) => Uint8Array.from(one));
  }

  /** What stands where `fill` writes. */
  contents(volume: Volume): Promise<readonly Uint8Array[]> {
    return this.attached(volume, async (bytes) => [
      Uint8Array.from(await bytes.read(3584, 1024)),
      Uint8Array.from(await bytes.read(FAR_BYTES, 8192)),
    ]);
  }

  async reads(volume: Volume, expected: readonly Uint8Array[], said: string): Promise<void> {
    same(await this.contents(volume), expected, said);
  }

  /** The pool that volumes go to. */
  async pool(): Promise<PoolStats> {
    const { pools } = await this.driver.stats();
    const { pool: name } = this.subject;
    const found = name === null ? pools[0] : pools.find(({ pool_name }) => pool_name === name);
    if (found !== undefined) return found;
    throw new TypeError(`stats() has no pool${name === null ? ': a backend has at least one' : ` named ${name}`}`);
  }
}
