import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../docs-site/reference/source.ts';
import { rejections } from '../../src/domain/errors.ts';

test('the table of faults has codes that there are, and each that a fault of the machine leads to', async () => {
  const page = await readFile(join(ROOT, 'docs/how-to/when-something-goes-wrong.md'), 'utf8');
  const said = page.split('\n').flatMap((line) => (line.startsWith('|') ? [line.split('|')[2] ?? ''] : []));
  const codes = new Set(said.flatMap((cell) => cell.match(/(?<=`)[A-Z]\w+(?=`)/g) ?? []));
  expect([...codes].filter((code) => !Object.hasOwn(rejections, code))).toEqual([]);

  // Mistakes of a caller, not faults.
  const mistakes = ['LogNotEmpty', 'LogClosed', 'WrongRevision', 'ProjectionFailed', 'ConnectorFailed'];
  const faults = Object.values(rejections)
    .map((reject) => reject('', ''))
    .filter(({ kind, code }) => ['log', 'failed', 'unknown', 'busy'].includes(kind) && !mistakes.includes(code));
  expect(faults.filter(({ code }) => !codes.has(code)).map(({ code }) => code)).toEqual([]);
});
