// A life of a volume with the LVM driver, a thin pool and the kernel's iSCSI target, side by side with the bare programs
// and with the real cinderlib on the same disk, in one run. In the virtual machine; prints tables.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Backend, createEngine, type Snapshot, silentLogger, type Volume } from '../../src/index.ts';
import { said, startIscsi } from '../../test/vm/support/host.ts';
import { median } from '../statistics.ts';
import { bareLife } from './bare.ts';
import { type Life, type Measured, measured, OPERATIONS, type Operation, PAIRS, type Round } from './operations.ts';

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
const PEER = 'bench/lvm/peer.py';

const scoriaLife = (backend: Backend): Life => {
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

/** The least that two durable records cost: milliseconds. */
const pairOfCommits = (directory: string): number => {
  const database = new DatabaseSync(join(directory, 'bare.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (body TEXT NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO rows VALUES (?)');
  const pairs = Array.from({ length: 50 }, () => {
    const start = performance.now();
    for (const _ of 'ab') insert.run('x'.repeat(950));
    return performance.now() - start;
  });
  database.close();
  return median(pairs);
};

const cinderlibRounds = (): readonly Round[] | null => {
  if (process.env.PYTHONPATH === undefined) return null;
  const given = JSON.stringify({ rounds: ROUNDS, options: OPTIONS });
  const answer = execFileSync('/usr/bin/python3', ['-W', 'ignore', PEER, given], { encoding: 'utf8' });
  return JSON.parse(answer) as Round[];
};

const middle = (rounds: readonly Round[], operation: Operation): number =>
  median(rounds.map((round) => round[operation]));

const table = (scoria: Measured, bare: Measured, cinderlib: readonly Round[] | null, pairMs: number): string => {
  const rows = OPERATIONS.map((operation) => {
    const [own, least] = [middle(scoria.rounds, operation), middle(bare.rounds, operation)];
    const theirs = cinderlib === null ? null : middle(cinderlib, operation);
    const beyond = (own - PAIRS[operation] * pairMs) / least;
    return [
      operation,
      own.toFixed(0),
      least.toFixed(0),
      beyond.toFixed(2),
      theirs?.toFixed(0) ?? '',
      theirs === null ? '' : (theirs / own).toFixed(1),
      scoria.programs[operation],
      bare.programs[operation],
    ];
  });
  const heads = [
    'operation',
    'Scoria, ms',
    'bare, ms',
    'ratio beyond commits',
    'cinderlib, ms',
    'times',
    'programs',
    'bare',
  ];
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
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
const pairMs = pairOfCommits(directory);
console.log(`medians of ${ROUNDS} rounds; two bare durable commits take ${pairMs.toFixed(2)} ms`);
console.log(table(scoria, bare, cinderlibRounds(), pairMs));
