import type { Backend } from '../../domain/backend/backend.ts';
import { largestVolumeGiB } from '../../domain/backend/backend.ts';
import { wholeGiB } from '../../domain/backend/resource.ts';
import type { Connection, Snapshot } from '../../domain/volume/volume.ts';
import {
  type DriverEnvironment,
  DriverFailure,
  type SnapshotCapability,
  type Volume,
  type VolumeModelUpdate,
} from '../contract.ts';
import { halfway } from '../halfway.ts';
import { attachment } from './connecting.ts';
import { failureOf, refusalOr, settled } from './endings.ts';
import { absent, type Found, sizeInBytes, unlessUntold } from './found.ts';
import type { Makings } from './makings.ts';
import type { ServedClass } from './served-class.ts';
import { updateOf } from './told.ts';

/** What becomes of volumes and snapshots. What Cinder's API and scheduler see to before a driver is called is seen to here. */
export class Volumes {
  readonly #served: ServedClass;
  readonly #found: Found;
  readonly #makings: Makings;
  readonly #environment: DriverEnvironment;
  readonly snapshots: SnapshotCapability;

  constructor(served: ServedClass, found: Found, makings: Makings, environment: DriverEnvironment) {
    this.#served = served;
    this.#found = found;
    this.#makings = makings;
    this.#environment = environment;
    this.snapshots = {
      createSnapshot: (snapshot, source) =>
        makings.snapshot(snapshot, source, () => this.#told('create_snapshot', { snapshot, source })),
      deleteSnapshot: (snapshot, source) => this.#deleteSnapshot(snapshot, source),
      createVolumeFromSnapshot: (volume, snapshot, source) =>
        this.#copy(volume, 'create_volume_from_snapshot', { snapshot, source }, snapshot.volume_size),
      findSnapshot: (snapshot, source) => makings.foundSnapshot(snapshot, source),
    };
  }

  create(volume: Volume): Promise<VolumeModelUpdate | undefined> {
    return this.#makings.volume(volume, () => this.#made(volume, 'create_volume', {}, 0));
  }

  clone(volume: Volume, source: Volume): Promise<VolumeModelUpdate | undefined> {
    return this.#copy(volume, 'create_cloned_volume', { source }, source.size);
  }

  async delete(volume: Volume): Promise<void> {
    await settled(
      async () => void (await this.#served.call('delete_volume', { volume })),
      async (error) => {
        if ((await unlessUntold(this.#found.volume(volume))) !== null) throw refusalOr(error);
      },
    );
    this.#makings.forget(volume.id);
  }

  async extend(volume: Volume, sizeGiB: number, connected: readonly Connection[]): Promise<void> {
    await this.#requireRoom(sizeGiB);
    if (sizeGiB <= volume.size && (await this.#isAsLarge(volume, sizeGiB))) return;
    if (volume.attach_status === 'attached' && !(await this.#served.open()).growsConnected) {
      throw new DriverFailure('the driver grows no volume that a host has attached', 'detach the volume first');
    }
    // Targets that must be told of the new size are told where somebody is connected.
    const connections = connected.map(attachment);
    await settled(
      async () => void (await this.#served.call('extend_volume', { volume, size: sizeGiB, connections })),
      async (error) => {
        const found = await unlessUntold(this.#found.volume(volume));
        if (found === undefined) throw refusalOr(error);
        if (found === null || found < sizeInBytes(sizeGiB)) throw failureOf(error);
      },
    );
    this.#makings.forget(volume.id);
  }

  async revert(volume: Volume, snapshot: Snapshot): Promise<void> {
    const before = (await unlessUntold(this.#found.volume(volume))) ?? sizeInBytes(volume.size);
    await settled(
      async () => void (await this.#served.call('revert_to_snapshot', { volume, snapshot, source: volume })),
      async (error) => {
        const found = await unlessUntold(this.#found.snapshot(snapshot, volume));
        throw found === null ? failureOf(error) : refusalOr(error);
      },
    );
    if (sizeInBytes(snapshot.volume_size) < before) await halfway(() => this.#growBack(volume, before));
  }

  /** Cinder reverts to snapshots of the volume's size only, so that its drivers may go back to their size too. */
  async #growBack(volume: Volume, sizeBytes: bigint): Promise<void> {
    const found = await unlessUntold(this.#found.volume(volume));
    if (typeof found === 'bigint' && found < sizeBytes) {
      await this.#served.call('extend_volume', { volume, size: wholeGiB(sizeBytes) });
    }
  }

  /** A repeated call, or one that would shrink it. */
  async #isAsLarge(volume: Volume, sizeGiB: number): Promise<boolean> {
    const found = await unlessUntold(this.#found.volume(volume));
    if (found === undefined) return false;
    if (found === null) throw absent(volume);
    if (found > sizeInBytes(sizeGiB)) {
      throw new DriverFailure(`volume ${volume.id} is larger than ${sizeGiB} GiB`, 'give a larger size');
    }
    return found === sizeInBytes(sizeGiB);
  }

  async #deleteSnapshot(snapshot: Snapshot, source: Volume): Promise<void> {
    await settled(
      async () => void (await this.#served.call('delete_snapshot', { snapshot, source })),
      async (error) => {
        if ((await unlessUntold(this.#found.snapshot(snapshot, source))) !== null) throw refusalOr(error);
      },
    );
    this.#makings.forget(snapshot.id);
  }

  #copy(volume: Volume, work: string, from: object, atLeastGiB: number): Promise<VolumeModelUpdate | undefined> {
    return this.#makings.copy(
      volume,
      () => this.#made(volume, work, from, atLeastGiB),
      () => this.#served.call('delete_volume', { volume }),
    );
  }

  async #made(volume: Volume, work: string, from: object, atLeastGiB: number): Promise<VolumeModelUpdate | undefined> {
    if (volume.size < atLeastGiB) {
      throw new DriverFailure(`what it is made of has ${atLeastGiB} GiB`, `give a size of ${atLeastGiB} at least`);
    }
    await this.#requireRoom(volume.size);
    await this.#requireMultiattach(volume);
    return this.#told(work, { volume, ...from });
  }

  async #told(work: string, given: object): Promise<VolumeModelUpdate | undefined> {
    return updateOf(await this.#served.call(work, given), this.#environment.log, work);
  }

  /** As Cinder's scheduler does: many arrays promise thin volumes without end. */
  async #requireRoom(sizeGiB: number): Promise<void> {
    const { stats } = await this.#served.open();
    const largest = largestVolumeGiB({ stats } as Backend);
    if (largest === null || sizeGiB <= largest) return;
    const problem = `${sizeGiB} GiB is more than the backend could ever hold, which is ${largest} GiB`;
    throw new DriverFailure(problem, 'give a smaller size, or add storage');
  }

  async #requireMultiattach({ multiattach }: Volume): Promise<void> {
    if (!multiattach || (await this.#served.open()).stats.pools.some((pool) => pool.multiattach)) return;
    const problem = 'the driver reports that its volumes cannot be connected to several hosts';
    throw new DriverFailure(problem, 'create the volume without multiattach');
  }
}
