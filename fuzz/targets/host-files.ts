import fc from 'fast-check';
import type { Case } from '../cli/case.ts';
import { openCases } from '../cli/check-case.ts';
import { runInProcess } from '../cli/in-process.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { json, mutatedDocuments } from '../mutations/documents.ts';
import type { Target } from '../target.ts';

const base = (corpus: Corpus, name: string) => ({ name, text: corpus.text(name) });

/** What a host says of itself and of its devices. */
export const connectors: Target<Case> = {
  name: 'connectors',
  share: 100,
  inputs: (corpus) => {
    const bases = [base(corpus, 'connector.json'), base(corpus, 'device.json')];
    const verbs = [
      ['connection', 'create', 'database', '--connector', 'given.json'],
      ['connection', 'create', 'data', '--connector', 'given.json', '--json'],
      ['backend', 'validate-connector', 'array', '--connector', 'given.json', '--json'],
      ['connection', 'attach-from', 'given.json', '--json'],
      ['connection', 'extend-from', 'given.json', '--json'],
      ['connection', 'report-device', corpus.word('connection'), '--device', 'given.json', '--json'],
    ];
    return fc
      .tuple(fc.constantFrom(...verbs), mutatedDocuments(bases, json))
      .map(([argv, { how, contents }]) => ({ how, argv, files: { 'given.json': contents }, stdin: '' }));
  },
  open: async (corpus) => openCases(corpus, runInProcess),
};

/** Files of keys, and the command lines that need them. */
const KEY_FILES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'scoria.db.keys.master-key': [
    ['volume', 'show', 'archive', '--show-secrets', '--reason', 'ticket 4711', '--json'],
    ['connection', 'create', 'database', '--connector', 'connector.json'],
    ['volume', 'detach', 'archive'],
    ['secrets', 'rotate-master', '--json'],
  ],
  'audit-2.key': [
    ['audit', 'seal'],
    ['audit', 'key', 'rotate', 'audit.key', '--json'],
  ],
  'audit.key': [['audit', 'key', 'rotate', 'audit.key']],
  'array-password': [['backend', 'thaw', 'spare', '--json']],
};

export const keyFiles: Target<Case> = {
  name: 'key-files',
  share: 70,
  inputs: (corpus) =>
    fc.constantFrom(...Object.keys(KEY_FILES)).chain((name) => {
      // Of another kind too: an audit key for a master key.
      const bases = [base(corpus, name), ...Object.keys(KEY_FILES).map((other) => base(corpus, other))];
      return fc
        .tuple(fc.constantFrom(...(KEY_FILES[name] ?? [])), mutatedDocuments(bases))
        .map(([argv, { how, contents }]) => ({ how, argv, files: { [name]: contents }, stdin: '' }));
    }),
  open: async (corpus) => openCases(corpus, runInProcess),
};
