// Makes what inputs are mutated from, by the real program: a log with all kinds of resources, sealed secrets and a
// sealed audit, and whatever Scoria writes into files.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryArray } from '../../src/index.ts';
import { runInProcess } from '../cli/in-process.ts';
import { ARRAY, type ArrayContents, type Manifest, manifestIn, PASSWORD_FILE, PASSWORD_VARIABLE } from './corpus.ts';

export const PASSWORDS = { variable: 'canary-of-the-environment-Zx81', file: 'canary-of-the-file-Qm4711' } as const;

export const CONFIGURATION = `# The storage of the fuzzed host.
log: scoria.db
user: ada
project: compute
wait: 0.2
lock_timeout: 0.5
reconcile_timeout: 0.05
drain_timeout: 0.5
audit_key_file: audit.key
audit_notes_directory: notes
backend_defaults:
  reserved_percentage: 0
backends:
  store:
    volume_driver: file
    directory: volumes
  ${ARRAY}:
    volume_driver: memory
    use_chap_auth: true
    total_capacity_gb: 1000
    password: env:${PASSWORD_VARIABLE}
  spare:
    volume_driver: memory
    password:
      file: ${PASSWORD_FILE}
    max_over_subscription_ratio: 1.5
`;

const CONNECTOR = {
  platform: 'x86_64',
  os_type: 'linux',
  host: 'node7',
  ip: '192.0.2.7',
  multipath: false,
  initiator: 'iqn.2026-11.org.example:node7',
  do_local_attach: false,
  system_uuid: '5b0d6e4e-0a11-4f3e-9d1b-0c2b5f0e7c11',
};

const DEVICE = { path: '/dev/sdb', type: 'block', multipath_id: 'mpatha', scsi_wwn: '3600' };

/** Gives a command line that must succeed; answers what it printed. */
const give = async (...argv: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runInProcess(argv, Buffer.alloc(0));
  if (code !== 0) throw new Error(`scoria ${argv.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
};

const idOf = async (...argv: readonly string[]): Promise<string> => JSON.parse(await give(...argv, '--json')).id;

const arrayContents = (): ArrayContents => {
  const { volumes, exports, connections } = memoryArray(ARRAY);
  return {
    volumes: [...volumes.values()].map(({ id, sizeBytes }) => ({ id, sizeBytes: String(sizeBytes) })),
    exports: [...exports.values()],
    connections: [...connections.values()].map(({ id, volumeId }) => ({ id, volumeId })),
  };
};

const KEY_PIECE = 24;

/** What is in a file of keys, in pieces: no part of it may be seen. */
const piecesOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('-----') && line.length >= KEY_PIECE)
    .map((line) => line.slice(-KEY_PIECE));

const volumes = async () => {
  await give('config', 'apply', '--reason', 'a first array');
  const data = await idOf('volume', 'create', 'store', '1', '--name', 'data', '--metadata', 'tier=hot');
  const snapshot = await idOf('snapshot', 'create', 'data', '--name', 'before');
  const connection = await idOf('connection', 'create', 'data', '--connector', 'connector.json');
  const archive = await idOf('volume', 'create', ARRAY, '10', '--name', 'archive', '--description', 'of the north');
  const archiveConnection = await idOf('volume', 'attach', 'archive');
  const database = await idOf('volume', 'create', ARRAY, '20GiB', '--name', 'database');
  const copy = await idOf('volume', 'clone', 'database', '--name', 'copy', '--size', '30');
  await give('volume', 'rename', 'copy', 'old-copy', '--description', 'to be deleted');
  await give('volume', 'delete', copy, '--reason', 'no longer needed');
  await give('volume', 'extend', 'database', '40', '--reason', 'the table space is full');
  await give('kv', 'set', 'node7/connector', JSON.stringify(CONNECTOR));
  return { data, snapshot, connection, archive, archiveConnection, database };
};

const proofs = async () => {
  await give('audit', 'seal', '--reason', 'noon');
  const [olderNote = ''] = readdirSync('notes');
  await give('backend', 'freeze', 'spare', '--reason', 'firmware update');
  await give('audit', 'key', 'rotate', 'audit-2.key');
  writeFileSync('scoria.yaml', CONFIGURATION.replace('audit.key', 'audit-2.key'));
  await give('audit', 'seal', '--reason', 'end of the day');
  const newerNote = readdirSync('notes').find((name) => name !== olderNote) ?? '';
  const [, event] = JSON.parse(await give('events', 'list', '--json')) as readonly { readonly id: string }[];
  writeFileSync('scoria.vkey', await give('audit', 'key', 'show'));
  await give('audit', 'prove', '2', 'event.proof');
  await give('audit', 'consistency', `notes/${olderNote}`, `notes/${newerNote}`, 'growth.proof');
  await give('audit', 'verify');
  return { olderNote, newerNote, event: event?.id ?? '' };
};

/** Works in the home that it makes, as this process's working directory. */
export const makeCorpus = async (directory: string): Promise<void> => {
  const home = join(directory, 'home');
  mkdirSync(home, { recursive: true });
  process.chdir(home);
  writeFileSync('scoria.yaml', CONFIGURATION);
  writeFileSync(PASSWORD_FILE, PASSWORDS.file, { mode: 0o600 });
  writeFileSync('connector.json', JSON.stringify(CONNECTOR, null, 2));
  writeFileSync('device.json', JSON.stringify(DEVICE));
  for (const file of ['audit.key', 'audit-2.key']) await give('audit', 'key', 'create', file);
  const made = await volumes();
  const sealed = await proofs();
  await give('dump', 'dump.json', '--with-configuration');
  await give('dump', 'dump-without-options.json');
  await give('events', 'export', 'events.ndjson');
  const array = arrayContents();
  const chap = array.exports.flatMap(({ auth }) => (auth === null ? [] : [auth.split(' ').at(-1) ?? '']));
  const keys = ['audit.key', 'audit-2.key', 'scoria.db.keys.master-key'].flatMap(piecesOf);
  const manifest: Manifest = {
    words: { ...made, ...sealed },
    canaries: [...Object.values(PASSWORDS), ...chap, ...keys],
    array,
  };
  renameSync(home, join(directory, 'pristine'));
  writeFileSync(manifestIn(directory), JSON.stringify(manifest, null, 2));
};
