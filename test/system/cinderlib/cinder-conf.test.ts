import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromCinder } from '../../../src/config/cinder-conf/from-cinder.ts';
import { readIni } from '../../../src/config/cinder-conf/ini.ts';
import { python } from '../../cinderlib/python.ts';
import { scratch } from '../../eventlog/scratch.ts';

const { directory } = scratch();
const FIXTURE = join(import.meta.dirname, '../../config/fixtures/cinder/cinder.conf');

const word = fc.constantFrom(
  'a',
  'B',
  'lvm-1',
  'x y',
  '50%(x)s',
  '$a',
  '\\$',
  '"',
  "'",
  '"q"',
  "'q",
  ':',
  '=',
  '[',
  ']',
);
const words = fc.array(word, { maxLength: 4 }).map((parts) => parts.join(''));
const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('a', 'B', 'c d', ''), fc.constantFrom('=', ':', ' = '), words) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(' ', '\t', '   '), words) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('[DEFAULT]', '[lvm-1]', '[LVM-1]', '[]', '[a', '[a] ')) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('', '  ', '# x', ';y', '#[z]')) },
  { weight: 1, arbitrary: fc.tuple(words) },
);
const file = fc
  .tuple(
    fc.array(
      line.map((parts) => parts.join('')),
      { maxLength: 12 },
    ),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([lines, end]) => ['[DEFAULT]', ...lines].join(end));

type Parsed = { readonly wrong: number } | { readonly sections: Readonly<Record<string, Record<string, string[]>>> };

const parsedHere = (text: string): Parsed => {
  try {
    const { assignments, sections } = readIni('cinder.conf', text);
    const all: Record<string, Record<string, string[]>> = {};
    for (const section of sections.keys()) all[section] = {};
    for (const { section, name, value } of assignments) {
      const own = all[section] ?? {};
      own[name] = [...(own[name] ?? []), value];
    }
    return { sections: all };
  } catch (error) {
    return { wrong: (error as { rejection: { details: { line: number } } }).rejection.details.line };
  }
};

test('any file is read as oslo.config reads it, and wrong in the same line', async () => {
  const texts = fc.sample(file, { numRuns: 3_000, seed: 20261121 });
  const judged = await python<Parsed[]>('oslo.py', ['parse'], { directory, input: JSON.stringify(texts) });
  const wrong = judged.filter((one) => 'wrong' in one).length;
  expect(wrong).toBeGreaterThan(500);
  expect(judged.length - wrong).toBeGreaterThan(500);
  for (const [index, text] of texts.entries()) {
    expect({ text, ...parsedHere(text) }).toEqual({ text, ...judged[index] });
  }
});

test('the values are those that drivers of Cinder would have', async () => {
  const { configuration } = await fromCinder(FIXTURE, readFileSync(FIXTURE, 'utf8'));
  const { backends, backend_defaults } = configuration as {
    readonly backends: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly backend_defaults: Readonly<Record<string, unknown>>;
  };
  const { 'lvm-1': lvm, Ceph: ceph } = backends;
  const ours = Object.fromEntries(
    Object.entries({ 'lvm-1': lvm, Ceph: ceph }).map(([name, options = {}]) => {
      // Of the third backend's driver, or a reference here.
      const { volume_driver: _, chap_password: __, san_ip: ___, ...given } = { ...backend_defaults, ...options };
      const { target_secondary_ip_addresses: addresses, ...rest } = given as Readonly<Record<string, unknown>>;
      // Its name in the release of Cinder that judges.
      return [name, addresses === undefined ? rest : { ...rest, iscsi_secondary_ip_addresses: addresses }];
    }),
  );
  const wanted = Object.fromEntries(Object.entries(ours).map(([name, options]) => [name, Object.keys(options)]));
  expect(Object.keys(ours['lvm-1'] ?? {}).length).toBeGreaterThan(10);
  expect(await python('oslo.py', ['values', FIXTURE], { directory, input: JSON.stringify(wanted) })).toEqual(ours);
});
