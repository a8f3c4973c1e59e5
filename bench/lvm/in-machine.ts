// A life of a volume with the LVM driver, a thin pool and the kernel's iSCSI target, side by side with the bare programs
// and with the real cinderlib on the same disk, in one run. In the virtual machine; prints tables.
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, createEngine, type Snapshot, silentLogger, type Volume } from '../../src/index.ts';
import { said, startIscsi } from '../../test/vm/support/host.ts';
import { cinderlibRounds, measured, pairOfCommits, tableOf } from '../lives.ts';
import { bareLife } from './bare.ts';
import { type LvmLife, PAIRS } from './operations.ts';

const ROUNDS = Number(process.env.SCORIA_BENCH_ROUNDS ?? 5);
const GROUP = 'bench';
const ADDRESS = '127.0.0.1';
const OPTIONS = {
  volume_group: GROUP,
  lvm_type: 'thin',
  target_helper: 'lioadm',
  target_protocol: 'iscsi',
  target_ip_address: ADDRESS,
  volume_clear: 'none',
};

const scoriaLife = (backend: Backend): LvmLife => {
  let volume: Volume;
  let snapshot: Snapshot;
  return {
    create: async () => {
      volume = await backend.createVolume({ size: 1 });
    },
    snapshot: async () => {
      snapshot = await volume.createSnapshot();
    },
    'delete snapshot': () => snapshot.delete(),
    attach: () => volume.attach(),
    detach: () => volume.detach(),
    delete: () => volume.delete(),
  };
};

const directory = await mkdtemp(join(tmpdir(), 'bench-'));
said('vgcreate', '--quiet', GROUP, '/dev/vda');
await startIscsi();
const initiator = (await readFile('/etc/iscsi/initiatorname.iscsi', 'utf8')).split('=')[1]?.trim() ?? '';
await using engine = await createEngine({ log: join(directory, 'scoria.db'), logger: silentLogger });
const backend = await engine.addBackend({ name: 'lvm', driver: 'lvm', options: OPTIONS });

const scoria = await measured(ROUNDS, () => scoriaLife(backend));
const bare = await measured(ROUNDS, () =>
  bareLife({ group: GROUP, pool: `${GROUP}-pool`, address: ADDRESS, initiator }),
);
const pairMs = pairOfCommits(join(directory, 'bare.db'));
console.log(`medians of ${ROUNDS} rounds; two bare durable commits take ${pairMs.toFixed(2)} ms`);
const driver = 'cinder.volume.drivers.lvm.LVMVolumeDriver';
const cinderlib = cinderlibRounds({ driver, options: OPTIONS, pairs: PAIRS, rounds: ROUNDS });
console.log(tableOf({ scoria, bare, cinderlib, pairs: PAIRS, pairMs }));
