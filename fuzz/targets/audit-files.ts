import fc from 'fast-check';
import type { Case } from '../cli/case.ts';
import { openCases } from '../cli/check-case.ts';
import { runInProcess } from '../cli/in-process.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { mutatedDocuments } from '../mutations/documents.ts';
import type { Target } from '../target.ts';

const filesOf = (corpus: Corpus) => {
  const older = `notes/${corpus.word('olderNote')}`;
  const newer = `notes/${corpus.word('newerNote')}`;
  return { older, newer, all: [older, newer, 'event.proof', 'growth.proof', 'scoria.vkey'] };
};

/** A file in the place of another, with the command lines that read it there. */
const target = (
  name: string,
  share: number,
  placesOf: (corpus: Corpus) => Readonly<Record<string, readonly (readonly string[])[]>>,
): Target<Case> => ({
  name,
  share,
  inputs: (corpus) => {
    const places = placesOf(corpus);
    const spliced = filesOf(corpus).all.map((file) => ({ name: file, text: corpus.text(file) }));
    return fc.constantFrom(...Object.keys(places)).chain((file) => {
      const own = Array(spliced.length).fill({ name: file, text: corpus.text(file) });
      return fc
        .tuple(fc.constantFrom(...(places[file] ?? [])), mutatedDocuments([...own, ...spliced]))
        .map(([argv, { how, contents }]) => ({ how, argv, files: { [file]: contents }, stdin: '' }));
    });
  },
  open: async (corpus) => openCases(corpus, runInProcess),
});

export const notes = target('notes', 70, (corpus) => {
  const { older, newer } = filesOf(corpus);
  const verify = ['audit', 'verify', 'events.ndjson', '--key', 'scoria.vkey'];
  const verbs = (file: string) => [
    ['audit', 'consistency', older, newer, '--json'],
    [...verify, '--note', file],
    [...verify, '--notes', 'notes', '--json'],
    ['audit', 'verify', '--json'],
    ['kv', 'set', 'node7', 'value'],
  ];
  return { [older]: verbs(older), [newer]: verbs(newer) };
});

export const proofs = target('proofs', 70, () => {
  const check = (file: string) => ['audit', 'check', file, '--key', 'scoria.vkey'];
  return {
    'event.proof': [check('event.proof'), [...check('event.proof'), '--json']],
    'growth.proof': [check('growth.proof'), [...check('growth.proof'), '--json']],
    'scoria.vkey': [check('event.proof'), check('growth.proof'), ['audit', 'verify', '--key', 'scoria.vkey', '--json']],
  };
});
