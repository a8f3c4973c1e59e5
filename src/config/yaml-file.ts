import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Document, Node, Pair, Scalar, Tags } from 'yaml';
import { fieldOf, type Place, type Problem } from './problem.ts';
import { ALIAS, explained } from './yaml-mistakes.ts';

type Yaml = typeof import('yaml');
export type Path = readonly (string | number)[];

/** A configuration file: what it says, and where it says it. */
export interface YamlFile {
  /** As it was named or found. */
  readonly path: string;
  /** What relative paths in it start from. */
  readonly directory: string;
  /** `undefined` where it cannot be understood. */
  readonly content: unknown;
  readonly problems: readonly Problem[];
  /** Where a field begins; of one that is not there, where what it would stand in begins. */
  placeOf(path: Path): Place;
}

export const readYamlFile = async (path: string): Promise<YamlFile> => {
  try {
    return await parseYaml(path, new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return unreadable(path, 'is not UTF-8 text', 'save it as UTF-8');
    if (syscall === undefined) throw error;
    return unreadable(path, `cannot be read (${code})`, 'give the path of a file that can be read');
  }
};

/** A file that nothing can be taken from. */
export const unreadable = (path: string, message: string, remedy: string): YamlFile => {
  const place: Place = { source: 'file', file: path, line: 1, column: 1 };
  const problems = [{ place, field: '', message, remedy }];
  return { path, directory: dirname(resolve(path)), content: undefined, problems, placeOf: () => place };
};

export const parseYaml = async (path: string, text: string): Promise<YamlFile> => {
  // Loaded for those who have a file.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    customTags: withoutFractions,
  });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { source: 'file', file: path, line, column: col };
  };
  const mistakes = [...document.errors, ...document.warnings];
  const problems = mistakes.map(({ code, pos: [offset] }) => ({
    place: at(offset),
    field: code === 'DUPLICATE_KEY' ? fieldOf(keysAt(yaml, document, offset)) : '',
    ...explained(code),
  }));
  const aliases = aliasOffsets(yaml, document).map((offset) => ({ place: at(offset), field: '', ...ALIAS }));
  const understood = aliases.length === 0 && mistakes.every(({ code }) => code === 'DUPLICATE_KEY');
  return {
    path,
    directory: dirname(resolve(path)),
    content: understood ? (document.toJS() ?? {}) : undefined,
    problems: [...problems, ...aliases],
    placeOf: (field) => at(offsetOf(yaml, document.contents, field)),
  };
};

/** A number with a fraction stays the text that it is: `1.10` is a version, and `20.0` is not `20`. */
const withoutFractions = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:float');

const aliasOffsets = ({ visit }: Yaml, document: Document.Parsed): readonly number[] => {
  const offsets: number[] = [];
  visit(document, { Alias: (_, { range }) => void offsets.push(range?.[0] ?? 0) });
  return offsets;
};

/** The keys that lead to the key at an offset. */
const keysAt = ({ visit, isPair }: Yaml, document: Document.Parsed, offset: number): readonly string[] => {
  let keys: readonly string[] = [];
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (startOf(pair.key) !== offset) return undefined;
      const pairs = [...ancestors, pair].filter((node) => isPair(node)) as readonly Pair<Scalar>[];
      keys = pairs.map(({ key }) => String(key.value));
      return visit.BREAK;
    },
  });
  return keys;
};

const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

const offsetOf = (yaml: Yaml, node: unknown, path: Path, start = 0): number => {
  const [step, ...rest] = path;
  if (step === undefined) return start;
  if (yaml.isMap(node)) {
    const pair = node.items.find(({ key }) => (key as Scalar).value === step);
    return pair === undefined ? start : offsetOf(yaml, pair.value, rest, startOf(pair.key));
  }
  const item = yaml.isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? start : offsetOf(yaml, item, rest, startOf(item));
};
