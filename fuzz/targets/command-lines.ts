import fc from 'fast-check';
import { leavesOf, wholeProgram } from '../../test/cli/grammar.ts';
import type { Case } from '../cli/case.ts';
import { openCases } from '../cli/check-case.ts';
import { runInProcess } from '../cli/in-process.ts';
import { type Corpus, WORDS } from '../corpus/corpus.ts';
import { mutatedCommandLines } from '../mutations/arguments.ts';
import type { Target } from '../target.ts';

/** Command lines that the corpus's log accepts. What goes on until it is stopped, or starts many others, is left out. */
const linesOf = (corpus: Corpus): readonly (readonly string[])[] => {
  const { data, snapshot, connection, archive, archiveConnection, event } = corpus.manifest.words;
  const [older, newer] = [`notes/${corpus.word('olderNote')}`, `notes/${corpus.word('newerNote')}`];
  const because = ['--reason', 'ticket 4711'];
  return [
    ['--version'],
    ['volume', 'create', '--help'],
    ['backend', 'add', 'more', '--driver', 'file', '--set', 'directory=more', ...because],
    ['backend', 'add', 'other', '--driver', 'memory', '--set', 'password=env:FUZZ_ARRAY_PASSWORD'],
    ['backend', 'change', 'store', '--set', 'reserved_percentage=10'],
    ['backend', 'change', 'array', '--unset', 'password'],
    ['backend', 'list', '--at', '2'],
    ['backend', 'show', 'array'],
    ['backend', 'stats', 'array'],
    ['backend', 'stats', 'store', '--at', '5'],
    ['backend', 'validate-connector', 'array', '--connector', 'connector.json'],
    ['backend', 'freeze', 'array', ...because],
    ['backend', 'thaw', 'spare'],
    ['backend', 'ensure-exports', 'store', ...because],
    ['backend', 'remove', 'spare'],
    ['volume', 'create', 'array', '10', '--name', 'mail', '--metadata', 'tier=cold', '--wait', '0.5'],
    ['volume', 'create', 'store', '1GiB', '--command-id', '0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01'],
    ['volume', 'list', '--backend', 'store', '--at', '1 hour ago'],
    ['volume', 'show', 'data'],
    ['volume', 'show', archive, '--show-secrets', ...because],
    ['volume', 'extend', 'database', '50GiB', ...because],
    ['volume', 'clone', 'database', '--name', 'larger-copy', '--size', '50'],
    ['volume', 'rename', data, 'mail', '--description', 'of the south'],
    ['volume', 'metadata', 'set', 'data', 'tier=hot', 'owner=web'],
    ['volume', 'metadata', 'unset', 'data', 'tier'],
    ['volume', 'attach', 'database', '--mode', 'ro'],
    ['volume', 'detach', 'archive'],
    ['volume', 'delete', 'database', ...because, '--user', 'bob', '--project', 'mail'],
    ['volume', 'shred-secrets', 'archive', ...because],
    ['snapshot', 'create', 'data', '--name', 'later'],
    ['snapshot', 'list', 'data'],
    ['snapshot', 'show', 'before'],
    ['snapshot', 'restore', snapshot, '--name', 'as-before'],
    ['snapshot', 'revert', 'before', ...because],
    ['snapshot', 'delete', snapshot],
    ['connection', 'create', 'database', '--connector', 'connector.json', '--id', event],
    ['connection', 'create', 'data', '--connector', '-', '--mode', 'ro'],
    ['connection', 'list', 'data'],
    ['connection', 'show', connection],
    ['connection', 'show', archiveConnection, '--show-secrets', ...because],
    ['connection', 'detach', archiveConnection, '--force'],
    ['connection', 'report-device', connection, '--device', 'device.json', '--path', 'sdb'],
    ['connection', 'report-detached', connection],
    ['connection', 'attach-from', 'connector.json'],
    ['connection', 'extend-from', 'connector.json'],
    ['connection', 'detach-from', '-', '--force'],
    ['connection', 'delete', connection, '--force', ...because],
    ['kv', 'set', 'node8/connector', '{"host":"node8"}'],
    ['kv', 'get', 'node7/connector'],
    ['kv', 'list'],
    ['kv', 'delete', 'node7/connector'],
    ['history', 'data'],
    ['capacity', 'store'],
    ['dump', 'copy.json', '--with-configuration'],
    ['dump', '--at', '10 minutes ago'],
    ['load', 'dump.json', '--log', 'copy.db'],
    ['load', 'events.ndjson', '--log', 'copy.db', '--non-uuid-ids'],
    ['events', 'list', '--stream', `volume-${data}`, '--after', '3', '--limit', '20'],
    ['events', 'export', 'copy.ndjson'],
    ['audit', 'key', 'create', 'audit-3.key'],
    ['audit', 'key', 'show'],
    ['audit', 'key', 'rotate', 'audit.key', ...because],
    ['audit', 'seal'],
    ['audit', 'accept', ...because],
    ['audit', 'export', 'record.ndjson'],
    ['audit', 'verify', 'events.ndjson', '--notes', 'notes', '--key', 'scoria.vkey'],
    ['audit', 'verify', '--note', newer],
    ['audit', 'prove', event],
    ['audit', 'prove', '7', 'copy.proof'],
    ['audit', 'consistency', older, newer],
    ['audit', 'check', 'event.proof', '--key', 'scoria.vkey'],
    ['audit', 'report', '--from', '2026-11-01', '--to', '2026-12-01', '--csv'],
    ['audit', 'report', '--volume', 'data', '--actor', 'ada'],
    ['projection', 'list'],
    ['projection', 'rebuild', 'inventory'],
    ['projection', 'show', 'inventory', '--csv'],
    ['secrets', 'rotate-master'],
    ['secrets', 'rotate-master', '--to', 'file:array-password'],
    ['recover', '--list'],
    ['recover', '--gone', 'node7/4711/0195'],
    ['config', 'check', '--config', 'scoria.yaml'],
    ['config', 'show'],
    ['config', 'apply', '--dry-run'],
    ['driver', 'list'],
    ['driver', 'show', 'memory'],
    ['connector'],
    ['complete', '--', 'volume', 'show', ''],
    ['completion', 'zsh'],
  ];
};

const optionsOf = async (): Promise<readonly string[]> => {
  const program = await wholeProgram();
  const all = [program, ...leavesOf(program).map(({ verb }) => verb)].flatMap(({ options }) => options);
  return [...new Set(all.flatMap(({ long, short }) => [long ?? '', short ?? ''].filter((flag) => flag !== '')))];
};

const options = await optionsOf();

/** What an argument may be besides: pieces of this grammar, and files of the corpus that are something else. */
const words = (corpus: Corpus): readonly string[] => [
  ...WORDS.map((word) => corpus.word(word)),
  ...['volume', 'list', 'show', 'create', 'delete', 'data', 'before', 'store', 'array', 'spare', 'memory', 'file'],
  ...['1', '-1', '1e3', '0x10', '1.5', '8388608', '10TiB', 'GiB', 'now', 'yesterday 14:02', '0 minutes ago'],
  ...['a=b', '=', 'a=', 'password=env:FUZZ_ARRAY_PASSWORD', 'password=plain', 'env:FUZZ_ARRAY_PASSWORD', 'env:'],
  ...['file:', 'command:', ':memory:', 'scoria.db', 'scoria.db.keys', 'audit.key', 'array-password', 'dump.json'],
  ...[
    'events.ndjson',
    'event.proof',
    'growth.proof',
    'notes',
    'missing',
    'missing/file',
    './missing.ts',
    'npm:missing',
  ],
];

export const casesOfCommandLines = (corpus: Corpus): fc.Arbitrary<Case> => {
  const stdin = fc.constantFrom('', '{"host":"node9"}', '{', corpus.text('dump.json'));
  return fc
    .tuple(mutatedCommandLines(linesOf(corpus), options, words(corpus)), stdin)
    .map(([{ how, argv }, given]) => ({ how, argv, files: {}, stdin: given }));
};

export const commandLines: Target<Case> = {
  name: 'command-lines',
  share: 250,
  inputs: casesOfCommandLines,
  open: async (corpus) => openCases(corpus, runInProcess),
};
