import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/logging.ts';
import { checkDriver } from '../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../src/testing/driver-check/journal.ts';
import { Cluster } from './support/cluster.ts';
import { imageBytes } from './support/image-bytes.ts';
import { newBackend } from './support/rbd-backend.ts';

const MOST_COMMANDS = 10;
const SEED = Number(process.env.SCORIA_CEPH_SEED ?? 20_261_121);

const CAPABILITIES = ['clone', 'extend', 'extend_online', 'manage', 'multiattach', 'resources', 'revert', 'snapshots'];

describe.each([
  ['v1', 'memstore', null, 8],
  ['v2', 'bluestore', 'tenant', 4],
] as const)(
  'the driver rbd, with clones of the format %s, on %s, in the namespace %s',
  (clones, store, namespace, lives) => {
    test(`keeps every promise, and lives ${lives} times as the model foretells, from seed ${SEED}`, async () => {
      await using cluster = await Cluster.start({ clones, store, manager: true });
      const { options, remains, user } = await newBackend(cluster, namespace);
      await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
      const report = await checkDriver({
        journal,
        driver: 'rbd',
        backendName: 'under-test',
        backend: { options, remains, attach: imageBytes(user) },
        only: 'everything',
        runs: lives,
        seed: SEED,
        maxCommands: MOST_COMMANDS,
      });
      expect(report.capabilities.toSorted()).toEqual(CAPABILITIES);
      expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
      expect(report.model).toMatchObject({ status: 'passed' });
      expect(report.leftovers).toEqual([]);
      const unchecked = report.checks.filter(({ level, status }) => level === 'driver' && status !== 'passed');
      expect(unchecked.map(({ name }) => name)).toEqual(['freezes and thaws, each twice']);
    });
  },
);
