import fc from 'fast-check';
import { parse } from 'yaml';
import type { Case } from '../cli/case.ts';
import { openCases } from '../cli/check-case.ts';
import { runInProcess } from '../cli/in-process.ts';
import { mutatedDocuments, type Structure } from '../mutations/documents.ts';
import { jsonOf } from '../mutations/tree.ts';
import type { Target } from '../target.ts';

/** JSON is YAML as well, so that structure is changed in it, and the lines in the file as people write it. */
const yaml: Structure = { parse, print: jsonOf };

const ALIASES = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]\n`).join('')}`;

const pieces = fc.constantFrom(
  '\n---\n',
  '\n...\n',
  '%YAML 1.1\n---\n',
  '&anchor ',
  '*anchor',
  '<<: *anchor\n',
  '!!binary ',
  '!!js/function ',
  '!unknown ',
  '? ',
  '- ',
  '\t',
  '|\n',
  '>-\n',
  '{',
  '[',
  '"',
  ': ',
  '#',
  'log: :memory:\n',
  'projections: [./missing.ts]\n',
  'allowed_actors: [ada]\n',
  'require_reason: true\n',
  'key_store: keys/other\n',
  'master_key: env:FUZZ_ARRAY_PASSWORD\n',
  'master_key: file:array-password\n',
  'audit_every_events: 1\n',
  'log_level: trace\n',
  ALIASES,
);

const VERBS: readonly (readonly string[])[] = [
  ['config', 'check'],
  ['config', 'check', '--json'],
  ['config', 'show', '--json'],
  ['config', 'apply', '--json'],
  ['config', 'apply', '--dry-run'],
  ['backend', 'stats', 'array'],
  ['volume', 'create', 'array', '1', '--json'],
  ['connection', 'list', '--json'],
  ['audit', 'seal'],
];

export const configurations: Target<Case> = {
  name: 'configurations',
  share: 150,
  inputs: (corpus) =>
    fc
      .tuple(
        fc.constantFrom(...VERBS),
        mutatedDocuments([{ name: 'scoria.yaml', text: corpus.text('scoria.yaml') }], yaml, pieces),
      )
      .map(([argv, { how, contents }]) => ({ how, argv, files: { 'scoria.yaml': contents }, stdin: '' })),
  open: async (corpus) => openCases(corpus, runInProcess),
};
