import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseYaml, readYamlFile } from '../../src/config/yaml-file.ts';
import { ownDirectory } from './directory.ts';

const CANARY = 'canary8731';

describe('a file that cannot be understood', () => {
  test.each([
    ['a key twice', 'log: a\nbackends:\n  one: {}\n  one: {}\n', 4, 3, 'backends.one', 'is there a second time'],
    ['a second document', `log: a\n---\nuser: ${CANARY}\n`, 2, 1, '', 'a second document begins here'],
    ['an unknown tag', `log: a\nuser: !${CANARY} b\n`, 2, 7, '', 'there is no such tag'],
    ['an alias', `user: &a [b]\nproject: *${CANARY}\n`, 2, 10, '', 'aliases are not read'],
    ['an alias of a bomb', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n', 2, 8, '', 'aliases are not read'],
    ['a tab', `backends:\n\tone: ${CANARY}\n`, 2, 1, '', 'a tab indents this line'],
    ['a bracket that is open', `user: b\nlog: [${CANARY}\n`, 3, 1, '', 'the indentation fits nothing above it'],
    ['a quote that is open', `log: "${CANARY}\n`, 2, 1, '', 'a colon, a quote, a bracket or a comma is missing'],
    ['a line without a colon', `log: a\nwait ${CANARY}\nuser: b\n`, 2, 1, '', 'a colon is missing in this line'],
    ['two colons', `log: ${CANARY}: b\n`, 1, 6, '', 'a second ": " stands in this line'],
    ['a reserved character', `log: @${CANARY}\n`, 1, 6, '', 'a text cannot begin with this character'],
    ['an escape', `log: "\\${CANARY.replace('canary', 'q')}"\n`, 1, 7, '', 'there is no such escape'],
    ['a key that is a list', `[${CANARY}]: b\n`, 1, 1, '', 'a key must be a text'],
    ['a block scalar', `log: |${CANARY}\n  b\n`, 1, 7, '', 'cannot be read as YAML'],
  ])('%s is told with line, column and what would be right', async (_, text, line, column, field, message) => {
    const { problems } = await parseYaml('scoria.yaml', text);
    expect(problems[0]).toEqual({
      place: { source: 'file', file: 'scoria.yaml', line, column },
      field,
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(/^\w{3,}/),
    });
    expect(JSON.stringify(problems)).not.toContain('8731');
  });

  test('is told by name when it cannot be read', async () => {
    const directory = ownDirectory();
    writeFileSync(join(directory, 'latin'), Buffer.from([0x61, 0x3a, 0xe4]));
    mkdirSync(join(directory, 'folder'));
    const problemOf = async (name: string) => (await readYamlFile(join(directory, name))).problems[0]?.message;
    expect(await problemOf('none.yaml')).toBe('cannot be read (ENOENT)');
    expect(await problemOf('folder')).toBe('cannot be read (EISDIR)');
    expect(await problemOf('latin')).toBe('is not UTF-8 text');
  });
});

describe('a file', () => {
  test('keeps fractions as texts, and other values as they are', async () => {
    const { content, problems } = await parseYaml('f', 'a: 1.10\nb: 20.0\nc: 3\nd: true\ne: yes\nf: [0.5]\ng: .inf\n');
    expect(problems).toEqual([]);
    expect(content).toEqual({ a: '1.10', b: '20.0', c: 3, d: true, e: 'yes', f: ['0.5'], g: '.inf' });
  });

  test.each(['', '# only a comment\n', '---\n', '\ufeff'])('of nothing says nothing: %j', async (text) => {
    expect(await parseYaml('f', text)).toMatchObject({ content: {}, problems: [] });
  });

  test('says where a field begins, and of a missing one where it would stand', async () => {
    const { placeOf } = await parseYaml('f', 'a: 1\nb:\n  c:\n    - x\n    - { d: y }\n');
    const at = (...path: (string | number)[]) => {
      const place = placeOf(path);
      return place.source === 'file' ? [place.line, place.column] : [];
    };
    expect(at('b')).toEqual([2, 1]);
    expect(at('b', 'c', 0)).toEqual([4, 7]);
    expect(at('b', 'c', 1, 'd')).toEqual([5, 9]);
    expect(at('b', 'none', 'd')).toEqual([2, 1]);
    expect(at('none')).toEqual([1, 1]);
  });
});
