import { setTimeout as passed } from 'node:timers/promises';
import type { BackendStats } from '../../domain/backend/backend.ts';
import { DriverFailure } from '../contract.ts';
import type { RbdOptions } from './options.ts';
import type { Programs } from './programs.ts';
import { Remembered } from './remembered.ts';
import { PoolStatsSchema, QuotaSchema, UsageSchema } from './report.ts';

interface Room {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** What is promised to volumes. What this process promises after it has read that is counted along. */
  promisedBytes: number;
}

const COUNTED_WITHIN_MS = 15_000;
const ASK_AGAIN_MS = 500;
const GIB_BYTES = 1024 ** 3;

const gib = (bytes: number): string => (bytes / GIB_BYTES).toFixed(1);

export class Capacity {
  readonly #programs: Programs;
  readonly #options: RbdOptions;
  readonly #backendName: string;
  readonly #room = new Remembered(() => this.#read());

  constructor(programs: Programs, options: RbdOptions, backendName: string) {
    this.#programs = programs;
    this.#options = options;
    this.#backendName = backendName;
  }

  async stats(): Promise<BackendStats> {
    const room = await this.#counted();
    if (room === null) {
      throw new DriverFailure(
        `the cluster does not know how full ${this.#programs.pool} is`,
        'see that one of its managers is active (ceph mgr stat): they count',
      );
    }
    const { reserved_percentage, max_over_subscription_ratio } = this.#options;
    return {
      volume_backend_name: this.#backendName,
      vendor_name: 'Scoria',
      driver_version: '1.0.0',
      storage_protocol: 'ceph',
      pools: [
        {
          pool_name: this.#backendName,
          total_capacity_bytes: room.totalBytes,
          free_capacity_bytes: room.freeBytes,
          provisioned_capacity_bytes: room.promisedBytes,
          reserved_percentage,
          max_over_subscription_ratio,
          thin_provisioning_support: true,
          thick_provisioning_support: false,
          multiattach: true,
        },
      ],
    };
  }

  /** Refuses what Cinder's scheduler would not let through. Without anybody who counts, all is let pass. */
  async requireRoom(moreBytes: bigint): Promise<void> {
    const bytes = Number(moreBytes);
    const isAlone = this.#options.rbd_exclusive_cinder_pool;
    if (isAlone && this.#takes(await this.#room.get(), bytes)) return;
    const room = await this.#room.anew();
    if (room === null || this.#takes(room, bytes)) return;
    if (room.freeBytes === 0) {
      throw new DriverFailure(
        `the pool ${this.#programs.pool} is full`,
        `delete volumes, add disks to the cluster, or raise the pool's quota if it has one: ceph osd pool get-quota ${this.#programs.pool}`,
      );
    }
    throw new DriverFailure(
      `the pool ${this.#programs.pool} has no room for ${gib(bytes)} GiB more: ${gib(room.promisedBytes)} of the ` +
        `${gib(this.#promisableBytes(room))} GiB that may be promised are taken`,
      "delete volumes, raise max_over_subscription_ratio or the pool's quota, or add disks to the cluster",
    );
  }

  /** What is in a new pool is counted a moment after it was made. */
  async #counted(): Promise<Room | null> {
    const deadline = performance.now() + COUNTED_WITHIN_MS;
    for (;;) {
      const room = await this.#room.anew();
      const isCounted = room !== null && (room.freeBytes > 0 || room.promisedBytes > 0);
      if (isCounted || performance.now() > deadline) return room;
      await passed(ASK_AGAIN_MS);
    }
  }

  #promisableBytes({ totalBytes }: Room): number {
    const { reserved_percentage, max_over_subscription_ratio } = this.#options;
    return totalBytes * (1 - reserved_percentage / 100) * Number(max_over_subscription_ratio);
  }

  #takes(room: Room | null, bytes: number): boolean {
    if (room === null) return true;
    if (room.freeBytes === 0 || room.promisedBytes + bytes > this.#promisableBytes(room)) return false;
    room.promisedBytes += bytes;
    return true;
  }

  /** As Cinder counts it. `null`: the cluster has nobody who counts. */
  async #read(): Promise<Room | null> {
    const { pool, place } = this.#programs;
    const usage = UsageSchema.parse(await this.#programs.ask('read how full the cluster is', 'ceph', 'df'));
    const counted = usage.pools.find(({ name }) => name === pool)?.stats;
    if (counted === undefined) return null;
    const [quota, promised] = await Promise.all([
      this.#programs.ask(`read the quota of ${pool}`, 'ceph', 'osd', 'pool', 'get-quota', pool),
      this.#programs.ask(`read what ${place} holds`, 'rbd', 'pool', 'stats', place),
    ]);
    const { stored, max_avail } = counted;
    const { quota_max_bytes } = QuotaSchema.parse(quota);
    const freeBytes = quota_max_bytes === 0 ? max_avail : Math.max(Math.min(quota_max_bytes - stored, max_avail), 0);
    const totalBytes = this.#options.report_dynamic_total_capacity
      ? freeBytes + stored
      : quota_max_bytes || usage.stats.total_bytes;
    return { totalBytes, freeBytes, promisedBytes: PoolStatsSchema.parse(promised).images.provisioned_bytes };
  }
}
