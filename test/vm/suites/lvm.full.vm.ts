import assert from 'node:assert/strict';
import { open, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { isDriverFailure, type Volume } from '../../../src/drivers/contract.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { allOf, lvmBackend, marked, readFrom, snapshotOf, volume, writeTo } from '../support/lvm-backend.ts';
import { deviceMaps, lvs, newGroup, removeGroup, shell } from '../support/lvm-group.ts';

const GROUP = 'scoria-lvm';
const GIB = 1024 ** 3;
const deviceOf = ({ id }: Volume): string => `/dev/${GROUP}/volume-${id}`;

const failureOf = async (call: Promise<unknown>): Promise<Error & { readonly remedy: string }> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isDriverFailure(error), `expected a DriverFailure, got ${String(error)}`);
  return error;
};

/** Of what dd copies, the first MiB. */
const shortened = (argument: string): string => (argument.startsWith('count=') ? 'count=1048576' : argument);

/** Runs what it is given until it is told to stop, as a process that is killed. */
const mortal = () => {
  let isShort = false;
  let left = Number.POSITIVE_INFINITY;
  const started: string[] = [];
  const run: RunCommand = (program, args, options) => {
    if (left <= 0) return Promise.reject(new Error('killed'));
    left -= 1;
    started.push(program === 'lvm' ? `lvm ${args[0]}` : program);
    return shell(program, isShort ? args.map(shortened) : args, options);
  };
  return {
    run,
    started,
    dieBefore: (count: number) => {
      left = count;
    },
    copyLittle: () => {
      isShort = true;
    },
  };
};

for (const lvm_type of ['default', 'thin']) {
  describe(`lvm, ${lvm_type}`, () => {
    const { run, started, dieBefore, copyLittle } = mortal();
    const backend = lvmBackend({ volume_group: GROUP, lvm_type }, { run });
    const driver = allOf(backend);
    const pool = lvm_type === 'thin' ? [`${GROUP}-pool`] : [];

    before(async () => {
      copyLittle();
      await newGroup(GROUP, '/dev/vda');
      await driver.setup();
    });
    after(async () => {
      assert.deepEqual(await lvs(GROUP), pool, 'a test left a volume behind');
      await removeGroup(GROUP, '/dev/vda');
      assert.deepEqual(await deviceMaps(), []);
    });

    const processesOf = async (call: Promise<unknown>): Promise<readonly string[]> => {
      started.length = 0;
      await call;
      return [...started];
    };

    test('starts few processes', async () => {
      const one = volume();
      const [same, larger] = [volume(), volume({ size: 2 })];
      const snapshot = snapshotOf(one, { volume_size: 2 });
      const counted: Record<string, readonly string[]> = {};
      const count = async (name: string, call: () => Promise<unknown>) => {
        counted[name] = await processesOf(call());
      };
      await count('create', () => driver.createVolume(one));
      await count('find', () => driver.findVolume(one));
      await count('stats', () => driver.stats());
      await count('export', () => driver.createExport(one, { host: 'here' }));
      await count('unexport', () => driver.removeExport(one));
      await count('extend', () => driver.extendVolume(one, 2, []));
      await count('snapshot', () => driver.createSnapshot(snapshot, { ...one, size: 2 }));
      await count('clone', () => driver.cloneVolume({ ...same, size: 2 }, { ...one, size: 2 }));
      await count('from snapshot', () => driver.createVolumeFromSnapshot(larger, snapshot, { ...one, size: 2 }));
      await count('revert', () => driver.revertToSnapshot({ ...one, size: 2 }, snapshot));
      await count('delete snapshot', () => driver.deleteSnapshot(snapshot, one));
      await count('delete', () => driver.deleteVolume(one));
      await driver.deleteVolume(same);
      await driver.deleteVolume(larger);
      for (const [name, programs] of Object.entries(counted)) {
        process.stdout.write(`processes ${lvm_type} ${name}: ${programs.length} ${programs.join(', ')}\n`);
      }
      const most = Math.max(...Object.values(counted).map((programs) => programs.length));
      assert.ok(most <= 9, JSON.stringify(counted));
    });

    test('reverts, whenever it is interrupted, and loses neither volume nor snapshot', async () => {
      const one = volume();
      const snapshot = snapshotOf(one);
      await driver.createVolume(one);
      await writeTo(deviceOf(one), 0, marked('then'));
      await driver.createSnapshot(snapshot, one);
      await driver.extendVolume(one, 2, []);
      const grown = { ...one, size: 2 };
      for (let steps = 0, isDone = false; !isDone; steps += 1) {
        await writeTo(deviceOf(one), 0, marked('later'));
        dieBefore(steps);
        isDone = await driver.revertToSnapshot(grown, snapshot).then(
          () => true,
          () => false,
        );
        dieBefore(Number.POSITIVE_INFINITY);
        assert.deepEqual(
          await driver.findSnapshot(snapshot, grown),
          { sizeBytes: BigInt(GIB) },
          `after ${steps} steps`,
        );
        await driver.revertToSnapshot(grown, snapshot);
        assert.deepEqual(await readFrom(deviceOf(one), 0), marked('then'), `after ${steps} steps`);
        assert.deepEqual(await driver.findVolume(one), { sizeBytes: BigInt(2 * GIB) });
      }
      const copy = volume();
      await driver.createVolumeFromSnapshot(copy, snapshot, grown);
      assert.deepEqual(await readFrom(deviceOf(copy), 0), marked('then'));
      await driver.deleteVolume(copy);
      await driver.deleteSnapshot(snapshot, one);
      assert.equal(await driver.findSnapshot(snapshot, one), null);
      await driver.deleteVolume(one);
    });

    test('copies, whenever it is interrupted, and never shows half a copy', async () => {
      const source = volume();
      await driver.createVolume(source);
      await writeTo(deviceOf(source), 0, marked('source'));
      const copy = volume({ size: 2 });
      for (let steps = 0, isDone = false; !isDone; steps += 1) {
        dieBefore(steps);
        isDone = await driver.cloneVolume(copy, source).then(
          () => true,
          () => false,
        );
        dieBefore(Number.POSITIVE_INFINITY);
        const found = await driver.findVolume(copy);
        assert.ok(found === null || found.sizeBytes === BigInt(2 * GIB), `after ${steps} steps`);
      }
      assert.deepEqual(await readFrom(deviceOf(copy), 0), marked('source'));
      await driver.deleteVolume(copy);
      await driver.deleteVolume(source);
    });

    test('deletes what an interrupted copy left, with the volume or by its name', async () => {
      const source = volume();
      const [one, other] = [volume({ size: 2 }), volume({ size: 2 })];
      await driver.createVolume(source);
      for (const copy of [one, other]) {
        dieBefore(lvm_type === 'thin' ? 3 : 4);
        await assert.rejects(driver.cloneVolume(copy, source), { message: 'killed' });
        dieBefore(Number.POSITIVE_INFINITY);
      }
      await driver.deleteVolume(one);
      const left = [];
      for await (const resource of await driver.listResources()) {
        if (resource.kind === 'leftover') left.push(resource);
      }
      assert.ok(left.length > 0 && left.every(({ volume_id }) => volume_id === other.id));
      for (const { reference } of left) {
        await driver.deleteResource(reference);
        assert.equal(await driver.findResource(reference), null);
      }
      await driver.deleteVolume(source);
    });

    test('refuses what is in use, and says who has it', async () => {
      const one = volume();
      const snapshot = snapshotOf(one);
      await driver.createVolume(one);
      await driver.createSnapshot(snapshot, one);
      const file = await open(deviceOf(one), 'r');
      try {
        await failureOf(driver.revertToSnapshot(one, snapshot));
        if (lvm_type === 'default') {
          const failure = await failureOf(driver.extendVolume(one, 2, []));
          assert.match(failure.message, /has thick snapshots and is in use/);
          assert.match((await failureOf(driver.deleteVolume(one))).message, /in use/);
        }
        await driver.deleteSnapshot(snapshot, one);
        assert.match((await failureOf(driver.deleteVolume(one))).message, /has it open/);
        await driver.extendVolume(one, 2, []);
      } finally {
        await file.close();
      }
      await shell('mkfs.ext4', ['-q', deviceOf(one)]);
      await shell('mount', [deviceOf(one), '/mnt']);
      assert.match((await failureOf(driver.deleteVolume(one))).message, /is mounted at \/mnt/);
      await shell('umount', ['/mnt']);
      await driver.deleteVolume(one);
    });

    test('takes a volume of another name over, and lists what it finds', async () => {
      const how = lvm_type === 'thin' ? ['-T', '-V', '900m', `${GROUP}/${GROUP}-pool`] : ['-L', '900m', GROUP];
      await shell('lvcreate', ['--yes', '-n', 'foreign', ...how]);
      await writeTo(`/dev/${GROUP}/foreign`, 0, marked('foreign'));
      const adopted = volume();
      await driver.manageExisting(adopted, 'foreign');
      await driver.manageExisting(adopted, 'foreign');
      assert.deepEqual(await driver.findVolume(adopted), { sizeBytes: BigInt(GIB) });
      assert.deepEqual(await readFrom(deviceOf(adopted), 0), marked('foreign'));
      if (pool[0] !== undefined) await failureOf(driver.manageExisting(volume(), pool[0]));
      await driver.createExport(adopted, { host: 'here' });
      const kinds = [];
      for await (const { kind } of await driver.listResources()) kinds.push(kind);
      assert.deepEqual(kinds, ['volume', 'export']);
      await driver.deleteResource(`here:${adopted.id}`);
      await driver.deleteResource(`volume-${adopted.id}`);
    });
  });
}

describe('lvm, thick', () => {
  const driver = allOf(lvmBackend({ volume_group: GROUP, lvm_type: 'default', volume_clear_ionice: '-c3' }));

  before(async () => {
    await newGroup(GROUP, '/dev/vda');
    await driver.setup();
  });
  after(() => removeGroup(GROUP, '/dev/vda'));

  /** Where a volume begins on the disk. */
  const beginOf = async (name: string): Promise<number> => {
    const { stdout } = await shell('lvs', ['--noheadings', '-o', 'seg_pe_ranges', `${GROUP}/${name}`]);
    const extent = Number(/:(\d+)-/.exec(stdout)?.[1]);
    return 1024 ** 2 + extent * 4 * 1024 ** 2;
  };
  /** Read from the disk itself, past what is cached of it. */
  const holdsOnDisk = async (offsetBytes: number, lengthBytes: number, word: string): Promise<boolean> => {
    const copy = '/run/scoria-read';
    const [skip, count] = [offsetBytes, lengthBytes].map((bytes) => bytes / 65_536);
    const what = [
      'if=/dev/vda',
      `of=${copy}`,
      'bs=64k',
      `skip=${skip}`,
      `count=${count}`,
      'iflag=direct',
      'status=none',
    ];
    await shell('dd', what);
    return (await readFile(copy)).includes(word);
  };

  test('clears the disk of a deleted volume, at its start and at its end', async () => {
    const one = volume();
    await driver.createVolume(one);
    const begin = await beginOf(`volume-${one.id}`);
    for (const offset of [0, GIB - 65_536]) await writeTo(deviceOf(one), offset, marked('confidential'));
    assert.ok(await holdsOnDisk(begin + GIB - 65_536, 65_536, 'confidential'));
    await driver.deleteVolume(one);
    for (const offset of [0, GIB - 65_536]) {
      assert.ok(!(await holdsOnDisk(begin + offset, 65_536, 'confidential')));
    }
  });

  test('clears what a deleted snapshot kept, also while its volume is in use', async () => {
    for (const isOpen of [false, true]) {
      const one = volume();
      const snapshot = snapshotOf(one);
      await driver.createVolume(one);
      await writeTo(deviceOf(one), 0, marked('confidential'));
      await driver.createSnapshot(snapshot, one);
      const begin = await beginOf(`_snapshot-${snapshot.id}`);
      await writeTo(deviceOf(one), 0, marked('harmless'));
      assert.ok(await holdsOnDisk(begin, 1024 ** 2, 'confidential'));
      const file = isOpen ? await open(deviceOf(one), 'r') : null;
      await driver.deleteSnapshot(snapshot, one);
      await file?.close();
      assert.ok(!(await holdsOnDisk(begin, 1024 ** 2, 'confidential')), `in use: ${isOpen}`);
      await driver.deleteVolume(one);
    }
  });

  test('keeps a snapshot when the whole volume is overwritten', async () => {
    const one = volume();
    const snapshot = snapshotOf(one);
    await driver.createVolume(one);
    await driver.createSnapshot(snapshot, one);
    await shell('blkdiscard', ['--zeroout', deviceOf(one)], { timeoutMs: 300_000 });
    const { stdout } = await shell('lvs', [
      '--noheadings',
      '-o',
      'lv_snapshot_invalid',
      `${GROUP}/_snapshot-${snapshot.id}`,
    ]);
    assert.equal(stdout.trim(), '');
    await driver.deleteSnapshot(snapshot, one);
    await driver.deleteVolume(one);
  });
});
