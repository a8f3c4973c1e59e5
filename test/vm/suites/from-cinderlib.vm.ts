import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attachOn } from '../../../src/testing/driver/host-bytes.ts';
import { environmentOf } from '../../../src/testing/driver/subject.ts';
import { blocksOf } from '../../docs/blocks.ts';
import { type Judge, openJudge } from '../../judge/judge.ts';
import { readAt, writeAt } from '../support/connector-host.ts';
import { attachmentsLeft, exportsLeft, startTargets } from '../support/host.ts';
import { newGroup, removeGroup } from '../support/lvm-group.ts';
import { type Shell, shellWithScoria } from '../support/scoria.ts';

const PAGE = 'docs/how-to/from-cinderlib.md';
/** What the real cinderlib dumped of volumes on such a host (test/cinderlib/write-lvm.py). */
const DUMP = 'test/fixtures/cinderlib-5.0/lvm.json';
const GROUP = 'cinder-volumes';
const DATA = '3f751c96-9038-45a3-b97e-a623a8ba5d15';
const CONNECTED = 'e0f0eb5d-2faf-4a99-b9c0-7cc38db9f1a7';
const CONNECTION = '25f92ed1-c137-42c2-96ad-e44e5781535e';
/** Of the volume that is connected, as cinderlib knew it. */
const PASSWORD = 'LDkPmDYeysZ55kC6';

const CINDER_CONF = `
[DEFAULT]
enabled_backends = lvm_iscsi
my_ip = 127.0.0.1

[backend_defaults]
target_ip_address = $my_ip
iscsi_helper = lioadm

[lvm_iscsi]
volume_backend_name = lvm_iscsi
volume_driver = cinder.volume.drivers.lvm.LVMVolumeDriver
volume_group = ${GROUP}
lvm_type = thin
`;

interface Dumped {
  readonly id: string;
  readonly size: number;
  readonly provider_auth: string | null;
  readonly snapshot_id: string | null;
  readonly snapshots: { readonly 'versioned_object.data': { readonly objects: readonly DumpedObject[] } };
}
interface DumpedObject {
  readonly 'versioned_object.data': { readonly id: string; readonly volume_id: string; readonly volume_size: number };
}

const volumesIn = (dump: string): readonly Dumped[] =>
  (
    JSON.parse(dump) as { readonly volumes: { readonly ovo: { readonly 'versioned_object.data': Dumped } }[] }[]
  ).flatMap(({ volumes }) => volumes.map(({ ovo }) => ovo['versioned_object.data']));

const snapshotsOf = ({ snapshots }: Dumped) =>
  snapshots['versioned_object.data'].objects.map((snapshot) => snapshot['versioned_object.data']);

const volumeIn = (dump: string, id: string): Dumped => {
  const volume = volumesIn(dump).find((one) => one.id === id);
  assert.ok(volume, `${id} is not in the dump`);
  return volume;
};

/** The connector that is in the dump. */
const connector = {
  initiator: 'iqn.1993-08.org.debian:01:scoria-vm',
  ip: '127.0.0.1',
  host: 'compute-1',
  multipath: false,
};

describe('from cinderlib to Scoria, and back', () => {
  let judge: Judge;
  let run: Shell;
  let pages: readonly string[];

  before(async () => {
    await startTargets('lioadm');
    await newGroup(GROUP, '/dev/vda');
    await mkdir('/var/lib/cinder/volumes', { recursive: true });
    const options = {
      volume_group: GROUP,
      lvm_type: 'thin',
      target_helper: 'lioadm',
      target_protocol: 'iscsi',
      target_ip_address: '127.0.0.1',
    };
    judge = await openJudge({
      driver: 'cinder.volume.drivers.lvm.LVMVolumeDriver',
      options,
      state: '/var/lib/cinder',
    });
    await asCinderlibLeftIt(judge, await readFile(DUMP, 'utf8'));
    const directory = await mkdtemp(join(tmpdir(), 'from-cinderlib-'));
    await mkdir('/etc/cinder', { recursive: true });
    await writeFile('/etc/cinder/cinder.conf', CINDER_CONF);
    await copyFile(DUMP, join(directory, 'cinderlib.json'));
    const shell = await shellWithScoria(directory, 'unshare', '--uts');
    // On the host whose connection is in the dump.
    run = (command) => shell(`hostname compute-1\n${command}`);
    pages = blocksOf(await readFile(PAGE, 'utf8')).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));
  });

  after(async () => {
    await judge[Symbol.asyncDispose]();
    await removeGroup(GROUP, '/dev/vda');
  });

  /** The page's own lines. */
  const lines = (about: RegExp): string => {
    const text = pages.find((block) => about.test(block));
    assert.ok(text, `the page has nothing about ${about}`);
    return text;
  };

  test('the configuration becomes the backends', async () => {
    await run(lines(/import cinder-conf/));
    assert.match(await run('scoria backend show lvm_iscsi'), /lvm/);
  });

  test('the dump becomes volumes, snapshots and connections that the storage agrees with', async () => {
    assert.match(await run(lines(/--dry-run/)), /1 known, 3 imported/);
    await run(lines(/import cinderlib cinderlib\.json --reason/));
    const { differences } = JSON.parse(await run('scoria backend reconcile lvm_iscsi --json')) as {
      readonly differences: readonly unknown[];
    };
    assert.deepEqual(differences, []);
    assert.doesNotMatch(await run('scoria events export'), new RegExp(PASSWORD));
  });

  test('a volume is attached with its data, and written', async () => {
    const [list = '', attach = '', detach = ''] = lines(/volume attach/).split('\n');
    assert.match(await run(list), /data.*available/);
    const { device } = JSON.parse(await run(`${attach} --json`)) as { readonly device: { readonly path: string } };
    assert.equal(readAt(device.path, 12, 4096), 'by cinderlib');
    writeAt(device.path, 'and by Scoria', 8192);
    await run(detach);
  });

  test('a connection that cinderlib left is attached as it stands', async () => {
    const { device } = JSON.parse(await run(`scoria connection attach ${CONNECTION} --json`)) as {
      readonly device: { readonly path: string };
    };
    assert.equal(readAt(device.path, 12, 4096), 'by cinderlib');
    await run(`scoria connection detach ${CONNECTION} && scoria connection delete ${CONNECTION}`);
  });

  test('Cinder goes on with what comes back', async () => {
    await run(lines(/--format cinderlib/));
    const back = await run('cat back.json');
    const data = volumeIn(back, DATA);
    const exported = { ...data, ...(await judge.ask<object>('create_export', { volume: data, connector })) };
    const info = await judge.ask<never>('initialize_connection', { volume: exported, connector });
    const bytes = await attachOn(environmentOf({}))(info);
    assert.equal(Buffer.from(await bytes.read(8192, 512)).toString('utf8', 0, 13), 'and by Scoria');
    await bytes.detach();
    await judge.ask('remove_export', { volume: exported });
    for (const snapshot of snapshotsOf(data)) await judge.ask('delete_snapshot', { snapshot });
    await judge.ask('delete_volume', { volume: exported });
    assert.deepEqual(await exportsLeft(), []);
    assert.deepEqual(await attachmentsLeft(), []);
  });
});

/** Makes what is in the dump with Cinder's driver, as cinderlib did, under the ids that it has there. */
const asCinderlibLeftIt = async (judge: Judge, dump: string): Promise<void> => {
  const volumes = volumesIn(dump);
  for (const volume of volumes.filter(({ snapshot_id }) => snapshot_id === null)) {
    await judge.ask('create_volume', { volume });
    writeAt(`/dev/${GROUP}/volume-${volume.id}`, 'by cinderlib', 4096);
    for (const snapshot of snapshotsOf(volume)) {
      await judge.ask('create_snapshot', { snapshot });
      for (const copy of volumes.filter(({ snapshot_id }) => snapshot_id === snapshot.id)) {
        await judge.ask('create_volume_from_snapshot', { volume: copy, snapshot });
      }
    }
  }
  const connected = volumeIn(dump, CONNECTED);
  await judge.ask('create_export', { volume: connected, connector });
  await judge.ask('initialize_connection', { volume: connected, connector });
};
