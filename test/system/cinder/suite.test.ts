import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../src/logging.ts';
import { attachOn } from '../../../src/testing/driver/host-bytes.ts';
import { checkDriver } from '../../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../../src/testing/driver-check/journal.ts';
import { hostIn, temporaryDirectory } from '../../drivers/file-fixture.ts';
import './class-fixture.ts';

const SEED = 20_261_121;

test.each(['FileDriver', 'LvmLikeDriver'])(
  "a %s of Python's keeps every promise of a driver, and lives as the model foretells",
  {
    timeout: 600_000,
  },
  async (name) => {
    const root = await temporaryDirectory();
    const directory = join(root, 'volumes');
    await mkdir(directory);
    const remains = async () => (await readdir(directory)).toSorted();
    await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
    const report = await checkDriver({
      journal,
      driver: `cinder:file_backed.${name}`,
      backendName: 'under-test',
      backend: {
        options: { file_directory: directory },
        remains,
        attach: attachOn(hostIn(join(root, 'state'), false)),
      },
      only: 'everything',
      runs: 5,
      seed: SEED,
      maxCommands: 12,
    });
    await rm(root, { recursive: true });
    const capabilities = [
      'clone',
      'extend',
      'extend_online',
      'manage',
      'multiattach',
      'resources',
      'revert',
      'snapshots',
    ];
    expect(report.capabilities.toSorted()).toEqual(capabilities);
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(report.model).toMatchObject({ status: 'passed' });
    expect(report.leftovers).toEqual([]);
    const unchecked = report.checks.filter(({ level, status }) => level === 'driver' && status !== 'passed');
    expect(unchecked.map(({ name }) => name)).toEqual(['freezes and thaws, each twice']);
  },
);
