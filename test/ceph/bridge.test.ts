import { expect, test } from 'vitest';
import { silentLogger } from '../../src/logging.ts';
import { checkDriver } from '../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../src/testing/driver-check/journal.ts';
import { Cluster } from './support/cluster.ts';
import { imageBytes } from './support/image-bytes.ts';
import { newBackend } from './support/rbd-backend.ts';

const CAPABILITIES = ['clone', 'extend', 'extend_online', 'manage', 'multiattach', 'resources', 'revert', 'snapshots'];

/** Cinder's driver cannot be set up on a pool whose use nobody has counted yet. */
const LISTED = { interval: 200, timeout: 60_000 };
const poolsListed = ({ pools }: { readonly pools: readonly { readonly name: string }[] }): readonly string[] =>
  pools.map(({ name }) => name);

/** The whole suite takes some minutes, a Python and a connection for each check. */
const CHECKS =
  process.env.SCORIA_CEPH_FULL === undefined
    ? ['reverts to a snapshot', 'clones equal bytes', 'the bytes of a snapshot after']
    : [''];

test.each(CHECKS)(
  "Cinder's own RBD driver keeps the promises of a driver, in a side process: %s",
  { timeout: 1_800_000 },
  async (named) => {
    await using cluster = await Cluster.start({ clones: 'v2', store: 'memstore', manager: true });
    const { options, remains, user } = await newBackend(cluster);
    await expect.poll(async () => poolsListed(await cluster.asked('ceph', 'df')), LISTED).toContain(options.rbd_pool);
    await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
    const report = await checkDriver({
      journal,
      driver: 'cinder:cinder.volume.drivers.rbd.RBDDriver',
      backendName: 'under-test',
      backend: {
        options: { ...options, rbd_exclusive_cinder_pool: false },
        remains,
        attach: imageBytes(user, cluster.conf),
      },
      only: named === '' ? 'suite' : { named },
      runs: 0,
      seed: 1,
      maxCommands: 1,
    });
    expect(report.capabilities.toSorted()).toEqual(CAPABILITIES);
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(report.checks.some(({ status }) => status === 'passed')).toBe(true);
    expect(report.leftovers).toEqual([]);
  },
);
