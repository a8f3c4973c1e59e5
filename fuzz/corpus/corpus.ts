import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The array of the corpus, as a process finds it in its memory. */
export interface ArrayContents {
  readonly volumes: readonly { readonly id: string; readonly sizeBytes: string }[];
  readonly exports: readonly { readonly volumeId: string; readonly auth: string | null }[];
  readonly connections: readonly { readonly id: string; readonly volumeId: string }[];
}

export interface Manifest {
  /** Ids and names of what there is. */
  readonly words: Readonly<Record<Word, string>>;
  /** Texts that no output may hold: credentials, and pieces of private keys. */
  readonly canaries: readonly string[];
  readonly array: ArrayContents;
}

export const WORDS = [
  'data',
  'database',
  'snapshot',
  'connection',
  'archive',
  'archiveConnection',
  'event',
  'olderNote',
  'newerNote',
] as const;
export type Word = (typeof WORDS)[number];

export const ARRAY = 'array';
/** The environment variable and the file that hold credentials which backends refer to. */
export const PASSWORD_VARIABLE = 'FUZZ_ARRAY_PASSWORD';
export const PASSWORD_FILE = 'array-password';

export const manifestIn = (directory: string): string => join(directory, 'manifest.json');

/** What the real program made, in a directory. */
export class Corpus {
  readonly directory: string;
  readonly manifest: Manifest;

  constructor(directory: string) {
    this.directory = directory;
    this.manifest = JSON.parse(readFileSync(manifestIn(directory), 'utf8'));
  }

  /** Where it was made, and where inputs are given: backends know their directories by absolute paths. */
  get home(): string {
    return join(this.directory, 'home');
  }

  /** What the home is restored from. */
  get pristine(): string {
    return join(this.directory, 'pristine');
  }

  text(name: string): string {
    return readFileSync(join(this.pristine, name), 'utf8');
  }

  word(name: Word): string {
    return this.manifest.words[name];
  }
}
