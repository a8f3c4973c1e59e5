import assert from 'node:assert/strict';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type Backend, createEngine, type Engine, ScoriaError, silentLogger } from '../../../src/index.ts';
import { said } from '../support/host.ts';
import { readFrom, writeTo } from '../support/lvm-backend.ts';
import { mountShare, nfsMounts, type ServedShare, serveShare } from '../support/nfs-server.ts';

const OURS = '/var/lib/scoria/mnt/';
const ELSEWHERE = '/run/elsewhere';
const GIB = 1024n ** 3n;

const ours = () => nfsMounts().filter((path) => path.startsWith(OURS));
const refused = (says: RegExp) => (error: unknown) => error instanceof ScoriaError && says.test(error.message);

describe("volumes of Cinder's NFS driver", () => {
  let served: ServedShare;
  let engine: Engine;
  let backend: Backend;

  before(async () => {
    served = await serveShare();
    await writeFile('/run/shares', `${served.share}\n`);
    engine = await createEngine({ log: ':memory:', logger: silentLogger });
    backend = await engine.addBackend({
      name: 'files',
      driver: 'cinder:cinder.volume.drivers.nfs.NfsDriver',
      options: {
        nfs_shares_config: '/run/shares',
        nas_secure_file_operations: 'false',
        nas_secure_file_permissions: 'false',
        nfs_snapshot_support: true,
      },
    });
  });

  after(async () => {
    await engine?.close();
    // Cinder's driver leaves its own.
    for (const path of nfsMounts()) said('umount', path);
    served?.stop();
  });

  test('are attached by os-brick where nobody else mounts, and leave nothing mounted', async () => {
    const [first, second] = [await backend.createVolume({ size: 1 }), await backend.createVolume({ size: 1 })];
    const drivers = nfsMounts();
    assert.equal(drivers.length, 1);
    const path = String((await first.attach()).path);
    const other = String((await second.attach()).path);
    assert.ok(path.startsWith(OURS));
    assert.equal(ours().length, 1);
    await writeTo(path, 4096, Buffer.from('written here'));
    await mountShare(served.share, ELSEWHERE);
    const there = await readFrom(`${ELSEWHERE}/volume-${first.id}`, 4096, 12);
    assert.equal(there.toString(), 'written here');
    said('umount', ELSEWHERE);
    await first.detach();
    assert.equal(ours().length, 1);
    const user = await open(other, 'r+');
    await assert.rejects(second.detach(), refused(/is in use/));
    await user.write('kept');
    await user.close();
    await second.detach();
    assert.deepEqual(nfsMounts(), drivers);
    assert.deepEqual(await readdir(OURS), []);
    await assert.rejects(second.attach({ attach_mode: 'ro' }), refused(/as files, which can be written/));
    assert.deepEqual(await readdir(OURS), []);
    await first.delete();
    await second.delete();
    assert.deepEqual(await readdir(served.directory), []);
  });

  test('are seen to have grown, and not taken for a disk while a snapshot makes their file none', async () => {
    const volume = await backend.createVolume({ size: 1 });
    await volume.extend(2);
    const snapshot = await volume.createSnapshot();
    await assert.rejects(volume.attach(), refused(/a file of format qcow2/));
    assert.deepEqual(ours(), []);
    await snapshot.delete();
    const { path } = await volume.attach();
    assert.equal((await stat(String(path), { bigint: true })).size, 2n * GIB);
    await volume.detach();
    await volume.delete();
    assert.deepEqual(await readdir(served.directory), []);
  });
});
