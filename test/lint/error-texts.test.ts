import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** Log lines and descriptions are sentences of their own. */
const OTHER_TEXT = /^\s*(\/\/|\/?\*)|describe\(|description:|\.(info|debug|warn|error)\(|stderr\.includes/;

/** `'The log ...'`; a name such as Scoria, or a code, is no such word. */
const CAPITAL = /(['"`])(?!Scoria\b|SQLite\b|Cinder\b)[A-Z][a-z]*(?:'[a-z]+)?[ ,]/;

const texts = (pattern: string) =>
  globSync(pattern, { cwd: SOURCES }).flatMap((file) =>
    readFileSync(`${SOURCES}${file}`, 'utf8')
      .split('\n')
      .flatMap((line, index) => (OTHER_TEXT.test(line) ? [] : [{ at: `${file}:${index + 1}`, line }])),
  );

// A message stands behind `error: ` and a remedy behind `hint: `, and both within sentences of programs.
test('messages and remedies of errors start lower-case', () => {
  const lines = texts('{audit,commands,connectors,domain,drivers,eventlog,library,projections,secrets}/**/*.ts');
  expect(lines.length).toBeGreaterThan(5_000);
  const wrong = lines.filter(({ line }) => CAPITAL.test(line));
  expect(wrong).toEqual([]);
});

test('so do those of the command line', () => {
  const sources = globSync('cli/**/*.ts', { cwd: SOURCES }).map((file) => readFileSync(`${SOURCES}${file}`, 'utf8'));
  const made = sources.flatMap((source) => [
    ...source.matchAll(/(?:rejections\.\w+|invalid|refused|usage)\(\s*(['"`].{20})/g),
  ]);
  expect(made.length).toBeGreaterThan(10);
  expect(made.map(([, text]) => text).filter((text) => /^.[A-Z][a-z]/.test(text ?? ''))).toEqual([]);
});
