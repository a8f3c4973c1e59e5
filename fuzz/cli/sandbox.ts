import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SparseBytes } from '../../src/drivers/memory/sparse-bytes.ts';
import { memoryArray } from '../../src/index.ts';
import { ARRAY, type Corpus } from '../corpus/corpus.ts';
import { bytesOf, type Contents } from '../mutations/contents.ts';

/** Volumes are holes: their size is all that there is to them. */
const VOLUME_BYTES = 2 ** 24;

const stampOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1));

const copy = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  const { size } = statSync(from);
  if (size < VOLUME_BYTES) copyFileSync(from, to);
  else {
    const descriptor = openSync(to, 'w');
    ftruncateSync(descriptor, size);
    closeSync(descriptor);
  }
};

/** The corpus's home, in which command lines do what they will, and which is restored after each. */
export class Sandbox {
  readonly #corpus: Corpus;
  readonly #files: readonly string[];
  readonly #stamps = new Map<string, string>();

  constructor(corpus: Corpus) {
    this.#corpus = corpus;
    this.#files = filesIn(corpus.pristine);
    this.restore();
  }

  get directory(): string {
    return this.#corpus.home;
  }

  /** The files that are not as they were, or were not there. */
  changed(): readonly string[] {
    return filesIn(this.directory).filter((file) => !this.#isAsItWas(file));
  }

  restore(): void {
    mkdirSync(this.directory, { recursive: true });
    for (const name of readdirSync(this.directory)) {
      if (!this.#files.some((file) => file === name || file.startsWith(`${name}/`))) this.#remove(name);
    }
    for (const file of this.changed()) this.#remove(file);
    for (const file of this.#files) if (!this.#isAsItWas(file)) this.#copy(file);
    this.#restoreArray();
  }

  /** Puts files over those of the corpus. */
  overlay(files: Readonly<Record<string, Contents>>): void {
    for (const [name, contents] of Object.entries(files)) {
      writeFileSync(join(this.directory, name), bytesOf(contents));
    }
  }

  /** What a file holds; of a volume nothing. */
  read(file: string): Buffer {
    const path = join(this.directory, file);
    return statSync(path).size < VOLUME_BYTES ? readFileSync(path) : Buffer.alloc(0);
  }

  /** The types of the events after a position of the log. */
  typesAfter(position: number): readonly string[] {
    using database = new DatabaseSync(join(this.directory, 'scoria.db'), { readOnly: true });
    const rows = database.prepare('SELECT body FROM events WHERE position > ? ORDER BY position').all(position);
    return rows.map(({ body }) => JSON.parse(String(body)).type);
  }

  #isAsItWas(file: string): boolean {
    const stats = statSync(join(this.directory, file), { throwIfNoEntry: false });
    return stats !== undefined && this.#stamps.get(file) === stampOf(stats);
  }

  #copy(file: string): void {
    const to = join(this.directory, file);
    copy(join(this.#corpus.pristine, file), to);
    this.#stamps.set(file, stampOf(statSync(to)));
  }

  #remove(file: string): void {
    rmSync(join(this.directory, file), { recursive: true, force: true });
  }

  #restoreArray(): void {
    const array = memoryArray(ARRAY);
    const { volumes, exports, connections } = this.#corpus.manifest.array;
    array.reset();
    for (const { id, sizeBytes } of volumes) array.volumes.set(id, emptyVolume(id, sizeBytes));
    for (const one of exports) array.exports.set(one.volumeId, one);
    for (const { id, volumeId } of connections) {
      const connection = { id, volumeId, connector: {}, attach_mode: 'rw' } as const;
      array.connections.set(id, connection);
      array.attachments.set(id, connection);
    }
  }
}

const emptyVolume = (id: string, sizeBytes: string) => ({
  id,
  sizeBytes: BigInt(sizeBytes),
  contents: new SparseBytes(),
});
