import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { field, table } from '../src/cli/table.ts';
import type { Result } from './judge.ts';
import type { Bound } from './measure.ts';

const DOCS = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const FORMATTER = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));

const UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['erSecond', '/s'],
  ['Us', 'µs'],
  ['Ms', 'ms'],
  ['ms', 'ms'],
  ['MiB', 'MiB'],
];

/** Three digits that count, and the unit that the figure's name ends in. */
const quantity = (value: number, name: string): string => {
  const unit = UNITS.find(([ending]) => name.endsWith(ending))?.[1];
  return unit === undefined ? shortened(value) : `${shortened(value)} ${unit}`;
};

const shortened = (value: number): string => {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 3),
    maximumFractionDigits: Math.min(digits, 3),
  });
};

const boundText = (bound: Bound | undefined): string => {
  if (bound === undefined) return '';
  return 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
};

const rowOf = ({ measure, aim, title, measured }: Result) => {
  const [, ownFigure] = aim.own ?? measure.own;
  const titled = { measure: title, compared_with: aim.comparedWith };
  if (measured === null) return { ...titled, scoria: '', other: 'not installed', ratio: '', aim: '', reached: '' };
  const [least, most] = measured.spread;
  return {
    ...titled,
    scoria: quantity(measured.own, ownFigure),
    other: quantity(measured.other, aim.to[1]),
    ratio: `${shortened(measured.ratio)} (${shortened(least)} to ${shortened(most)})`,
    aim: boundText(measured.bound),
    reached: measured.reached === undefined ? '' : measured.reached ? 'yes' : 'no',
  };
};

const COLUMNS = [
  field('measure'),
  field('scoria', 'scoria', 'right'),
  field('compared_with'),
  field('other', 'its figure', 'right'),
  field('ratio', 'ratio', 'right'),
  field('aim', 'aim', 'right'),
  field('reached'),
];

export const textTable = (results: readonly Result[]): string => table(results.map(rowOf), COLUMNS);

export const markdownTable = (results: readonly Result[], machine: string): string => {
  const rows = results.map(rowOf).map((row) => `| ${Object.values(row).join(' | ')} |`);
  const header = '| measure | compared with | Scoria | its figure | ratio (least to most) | aim | reached |';
  return [machine, '', header, '| --- | --- | ---: | ---: | ---: | ---: | --- |', ...rows].join('\n');
};

const [BEGIN, END] = ['<!-- figures: npm run bench -- --write -->', '<!-- end of figures -->'];

/** Puts the figures in the place of those that stood there. */
export const writeIntoDocs = async (figures: string): Promise<void> => {
  const text = await readFile(DOCS, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCS} has no place for figures`);
  await writeFile(DOCS, `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`);
  await promisify(execFile)(FORMATTER, ['format', '--write', DOCS]);
};
