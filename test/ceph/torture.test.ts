import { test } from 'vitest';
import { tortured } from '../support/tortured.ts';
import { Cluster } from './support/cluster.ts';
import { newBackend } from './support/rbd-backend.ts';

const KILLS = Number(process.env.SCORIA_TORTURE_KILLS ?? 45);
/** Of Ceph's programs. */
const SLOWNESS = 3;

test.each(['v1', 'v2'] as const)(
  'processes that are killed at every point and at any time break no promise, with clones of the format %s',
  { timeout: 1_800_000 },
  async (clones) => {
    await using cluster = await Cluster.start({ clones, manager: true });
    const { options } = await newBackend(cluster);
    // A clone of a clone is made independent.
    const chosen = { ...options, rbd_max_clone_depth: 1 };
    await tortured(KILLS, '--driver', 'rbd', '--options', JSON.stringify(chosen), '--slowness', String(SLOWNESS));
  },
);
