import { Problem } from './problem.ts';
import { isSignedBy, type KnownKey, parseCheckpoint, parseKey, parseNote } from './signed-note.ts';
import { peaksOf, rootOfPeaks } from './tree.ts';

/** The tree as it stood at a size, and the last event that it covers. */
export interface Standing {
  readonly root: string;
  readonly stream: string;
  readonly revision: string;
  readonly hash: string;
  readonly position: string;
}

/** Somebody accepted that an older copy took the log's place. */
export interface Accepted {
  readonly position: string;
  readonly at: string;
  readonly user: string;
  readonly project: string;
  readonly reason: string | null;
  /** What was given up: the checkpoint that the log did not hold. */
  readonly origin: string;
  readonly size: number;
}

type Fields = { readonly [name: string]: unknown };

/** An event of the stream `audit`, as far as it matters here. */
export interface AuditLine {
  readonly type: string;
  readonly v: number;
  readonly position: string;
  readonly data: Fields;
  readonly meta: { readonly at: string; readonly actor: { readonly user: string; readonly project: string } } & Fields;
}

const HEX = /^[0-9a-f]{64}$/;

/** What the stream `audit` says: the keys, each signed for by the one before, and the checkpoints under them. */
export class Trail {
  readonly keys: KnownKey[] = [];
  readonly accepted: Accepted[] = [];
  readonly formerOrigins = new Set<string>();
  /** The newest size that each of the keys signed, by the key's place. */
  readonly #sealed: number[] = [];
  readonly #standingAt: (size: number) => Standing | undefined;
  #newest = 0;
  checkpoints = 0;

  constructor(standingAt: (size: number) => Standing | undefined) {
    this.#standingAt = standingAt;
  }

  get newest(): number {
    return this.#newest;
  }

  read(line: AuditLine): void {
    const { type, v } = line;
    if (v !== 1) throw new Problem(`is ${type} of version ${v}, which this verifier does not know`);
    if (type === 'AuditStarted') this.#started(line.data);
    else if (type === 'CheckpointSigned') this.#checkpoint(line.data);
    else if (type === 'AuditKeyRotated') this.#rotated(line.data);
    else if (type === 'RollbackAccepted') this.#acceptance(line);
    else throw new Problem(`is ${type}, which this verifier does not know`);
  }

  /** The newest size that was signed with this key or one that follows on it. */
  sealedSince(key: number): number {
    return Math.max(0, ...this.#sealed.slice(key).filter((size) => size !== undefined));
  }

  /** Counts a size that was found to be signed with a key. */
  seals(key: number, size: number): void {
    this.#sealed[key] = Math.max(this.#sealed[key] ?? 0, size);
  }

  /** The place of the key that signed a note; -1 for none. */
  signerOf(note: ReturnType<typeof parseNote>): number {
    return this.keys.findLastIndex((key) => isSignedBy(note, key));
  }

  get #key(): KnownKey {
    const key = this.keys.at(-1);
    if (key === undefined) throw new Problem('stands before AuditStarted, which says whose log this is');
    return key;
  }

  #started(data: Fields): void {
    if (this.keys.length > 0) throw new Problem('is a second AuditStarted');
    this.#add(textOf(data, 'origin'), textOf(data, 'key'));
  }

  #add(origin: string, text: string): KnownKey {
    const key = named('the key', () => parseKey(text));
    if (key.name !== origin) throw new Problem(`names a key of ${key.name}, but the origin is ${origin}`);
    this.keys.push(key);
    return key;
  }

  #checkpoint(data: Fields): void {
    const key = this.#key;
    const note = named('the note', () => parseNote(textOf(data, 'note')));
    const { origin, size, root } = named('the note', () => parseCheckpoint(note));
    if (origin !== key.name) throw new Problem(`holds a note of ${origin}, but this log is ${key.name}`);
    if (!named('the note', () => isSignedBy(note, key)))
      throw new Problem("holds a note that the log's key did not sign");
    const hex = root.toString('hex');
    if (data.size !== String(size) || data.root !== hex) throw new Problem('says another size or root than its note');
    const standing = this.#standingAt(size);
    if (standing === undefined) throw new Problem(`covers ${size} events, which is more than there are before it`);
    if (size <= this.#newest) throw new Problem(`covers ${size} events, but ${this.#newest} were sealed before it`);
    if (standing.root !== hex) throw new Problem(otherRoot(this.#standingAt(this.#newest), standing, size));
    assertCovered(data.last, standing);
    assertFrontier(data.frontier, size, hex);
    this.seals(this.keys.length - 1, size);
    this.#newest = size;
    this.checkpoints += 1;
  }

  #rotated(data: Fields): void {
    const old = this.#key;
    const key = this.#add(old.name, textOf(data, 'key'));
    const text = `scoria/audit/key-rotation/v1\n${old.name}\n${key.text}\n`;
    assertStatement(data, text, [old, key]);
  }

  #acceptance({ data, position, meta }: AuditLine): void {
    const old = this.#key;
    const note = named('the abandoned note', () => parseNote(textOf(data, 'abandoned')));
    const { origin, size, root } = named('the abandoned note', () => parseCheckpoint(note));
    if (data.abandoned_origin !== origin) throw new Problem('names another origin than the abandoned note');
    const key = this.#add(textOf(data, 'origin'), textOf(data, 'key'));
    if (key.publicKey !== old.publicKey || key.name === old.name)
      throw new Problem('changes the key, or not the origin');
    const lines = [old.name, key.text, origin, String(size), root.toString('base64')];
    assertStatement(data, `scoria/audit/rollback-accepted/v1\n${lines.join('\n')}\n`, [old]);
    this.formerOrigins.add(old.name).add(origin);
    const { at, actor, reason } = meta;
    this.accepted.push({ position, at, ...actor, reason: typeof reason === 'string' ? reason : null, origin, size });
  }
}

/** Where the change must be: after what the checkpoint before covers, up to what this one covers. */
export const otherRoot = (before: Standing | undefined, { position }: Standing, size: number): string =>
  `is signed over ${size} events that are not these: one was changed, dropped, inserted or moved ${
    before === undefined ? '' : `after position ${before.position} and `
  }up to position ${position}`;

const named = <Result>(what: string, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    throw error instanceof Problem ? new Problem(`is wrong: ${what} ${error.message}`) : error;
  }
};

const textOf = (data: Fields, field: string): string => {
  const value = data[field];
  if (typeof value !== 'string') throw new Problem(`has no ${field}`);
  return value;
};

const assertStatement = (data: Fields, text: string, signers: readonly KnownKey[]): void => {
  const statement = named('the statement', () => parseNote(textOf(data, 'statement')));
  if (statement.text !== text) throw new Problem('has a statement that says something else');
  for (const key of signers) {
    const isSigned = named('the statement', () => isSignedBy(statement, key));
    if (!isSigned) throw new Problem(`has a statement that ${key.text} did not sign`);
  }
};

const assertCovered = (last: unknown, { stream, revision, hash }: Standing): void => {
  const said = typeof last === 'object' && last !== null ? (last as Fields) : {};
  if (said.stream === stream && said.revision === revision && said.hash === hash) return;
  throw new Problem('names another last event than the one it covers');
};

const assertFrontier = (frontier: unknown, size: number, root: string): void => {
  const hashes = Array.isArray(frontier) ? frontier : [];
  const areHashes = hashes.length === peaksOf(size) && hashes.every((one) => typeof one === 'string' && HEX.test(one));
  const holds = areHashes && rootOfPeaks(hashes.map((hex) => Buffer.from(hex, 'hex'))).toString('hex') === root;
  if (!holds) throw new Problem('has a frontier that is not of its tree');
};
