import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENVELOPE } from '../../docs-site/reference/events.ts';
import { unusedWords } from '../../docs-site/reference/field-words.ts';
import { referencePages } from '../../docs-site/reference/pages.ts';
import { PLACES } from '../../docs-site/reference/places.ts';
import { ROOT } from '../../docs-site/reference/source.ts';
import { Audit, Backend, Connection, Engine, Snapshot, Volume } from '../../src/index.ts';
import { leavesOf, wholeProgram } from '../cli/grammar.ts';
import { readFixture } from '../fixtures/events.ts';

const OWNERS = new Map<string, object>(
  [Audit, Backend, Connection, Engine, Snapshot, Volume].map((owner) => [owner.name, owner.prototype]),
);

describe('the reference', () => {
  test.each(Object.keys(referencePages))('%s says what the sources say', async (path) => {
    const written = await readFile(join(ROOT, path), 'utf8').catch(() => '');
    const { text } = (await referencePages[path]?.()) ?? { text: '' };
    expect(written, `${path} is out of date: npm run docs:reference`).toBe(text);
  });

  test('has no words for fields that are not there', async () => {
    for (const make of Object.values(referencePages)) await make();
    expect(unusedWords()).toEqual([]);
  });

  test('describes each field of the envelope', () => {
    const { meta, ...event } = readFixture('VolumeExtended', 1) ?? { meta: {} };
    const fields = [...Object.keys(meta), 'recovered'];
    const paths = [...Object.keys(event), ...fields.map((field) => `meta.${field}`)];
    const described = ENVELOPE.map(([path]) => path.replace(/^(meta\.actor)\..*/, '$1'));
    expect(new Set(described)).toEqual(new Set(paths));
  });

  test('names methods and verbs that are there', async () => {
    const verbs = leavesOf(await wholeProgram()).map(({ path }) => path);
    for (const { method, verb } of Object.values(PLACES)) {
      expect(verbs).toContain(verb);
      const [owner = '', name = '', inner] = method.split('.');
      if (inner === undefined) expect(OWNERS.get(owner)).toHaveProperty(name, expect.any(Function));
    }
  });

  test('says where each of its pages is', async () => {
    const pages = (await readdir(join(ROOT, 'docs/reference'))).filter((name) => name.endsWith('.md'));
    const index = await readFile(join(ROOT, 'docs/index.md'), 'utf8');
    for (const page of pages) expect(index).toContain(`(reference/${page})`);
  });
});
