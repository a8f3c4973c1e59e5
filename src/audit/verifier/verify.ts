import { blocksOf, endOfLine, linesWith } from './blocks.ts';
import { type EventLine, EventLineReader } from './event-line.ts';
import { Problem } from './problem.ts';
import { parseCheckpoint, parseKey, parseNote } from './signed-note.ts';
import { type Accepted, type AuditLine, otherRoot, type Standing, Trail } from './trail.ts';
import { leafHash, Tree } from './tree.ts';

/** An export. It is read twice, so each call begins anew. */
export interface Source {
  chunks(): AsyncIterable<Uint8Array>;
  /** Less of it, with all events of the stream `audit`, where there is a shorter way to them. */
  auditChunks?(): AsyncIterable<Uint8Array>;
}

/** A checkpoint's note from outside of the log. */
export interface OutsideNote {
  readonly name: string;
  readonly note: string;
  /** The log must hold it, also where it says on the record that such notes were given up. */
  readonly isTrusted?: boolean;
}

export interface VerifyOptions {
  /** The key that is trusted: a verifier key (`name+id+base64`). Without it, the one that the log itself names first. */
  readonly key?: string | undefined;
  readonly notes?: readonly OutsideNote[];
  /** Hears now and then how many events are checked. What it throws ends the work. */
  readonly reached?: (events: number) => void;
}

/** What was found to hold. */
export interface Verified {
  readonly events: number;
  /** The position of the last event, as the export says it; `null` without events. */
  readonly position: string | null;
  /** How many events, from the first, are under a checkpoint that the trusted key signed. */
  readonly sealed: number;
  readonly unsealed: number;
  /** The last event that is sealed. */
  readonly sealed_position: string | null;
  readonly checkpoints: number;
  /** The verifier keys in their order; the first is `AuditStarted`'s. */
  readonly keys: readonly string[];
  readonly notes: { readonly held: number; readonly abandoned: number };
  readonly rollbacks: readonly Accepted[];
}

const AUDIT = 'audit';
const NEEDLE = Buffer.from('"stream":"audit"');
const FIRST_PREV = '0'.repeat(64);
const PROGRESS_EVENTS = 4_096;

/** Checks everything that can be checked. Throws a `Problem`, the first that there is. */
export const verify = async (source: Source, options: VerifyOptions = {}): Promise<Verified> => {
  const trusted = options.key === undefined ? null : about('the trusted key', () => parseKey(options.key ?? ''));
  const notes = (options.notes ?? []).map((one) => about(one.name, () => readNote(one)));
  const sizes = await checkpointSizes(source);
  for (const { checkpoint } of notes) sizes.add(checkpoint.size);
  const run = new Run(sizes);
  for await (const block of blocksOf(source.chunks())) run.read(block, options.reached);
  options.reached?.(run.tree.size);
  return conclude(run, trusted?.text ?? null, notes);
};

const about = <Result>(name: string, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${name} ${error.message}`) : error;
  }
};

const readNote = (outside: OutsideNote) => {
  const note = parseNote(outside.note);
  return { ...outside, parsed: note, checkpoint: parseCheckpoint(note) };
};
type ReadNote = ReturnType<typeof readNote>;

/** Which sizes of the tree will be asked for: a tree that grows does not remember what it was. */
const checkpointSizes = async (source: Source): Promise<Set<number>> => {
  const sizes = new Set<number>();
  for await (const text of linesWith(NEEDLE, source.auditChunks?.() ?? source.chunks())) {
    const line = parsed(text);
    if (line?.stream === AUDIT && line.type === 'CheckpointSigned') sizes.add(Number(line.data?.size));
  }
  return sizes;
};

/** What is wrong with a line is found when it is its turn. */
const parsed = (text: string): { stream?: unknown; type?: unknown; data?: { size?: unknown } } | null => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

interface Head {
  revision: number;
  hash: string;
}

/** One pass over the events. Its memory grows with the streams and the checkpoints, not with the events. */
class Run {
  readonly tree = new Tree();
  readonly standings = new Map<number, Standing>();
  readonly trail = new Trail((size) => this.standings.get(size));
  position = '';
  readonly #sizes: ReadonlySet<number>;
  readonly #heads = new Map<string, Head>();
  readonly #reader = new EventLineReader();

  constructor(sizes: ReadonlySet<number>) {
    this.#sizes = sizes;
  }

  read(block: Buffer, reached: VerifyOptions['reached']): void {
    for (let start = 0; start < block.length; ) {
      const end = endOfLine(block, start);
      try {
        this.#event(block, start, end);
      } catch (error) {
        throw located(error, block.subarray(start, end), this.tree.size + 1);
      }
      if (this.tree.size % PROGRESS_EVENTS === 0) reached?.(this.tree.size);
      start = end + 1;
    }
  }

  #event(block: Buffer, start: number, end: number): void {
    const line = this.#reader.read(block, start, end);
    this.#order(line);
    if (line.stream === AUDIT) this.trail.read(JSON.parse(block.toString('utf8', start, end)) as AuditLine);
    this.tree.add(leafHash(line.digest));
    this.position = line.position;
    if (this.#sizes.has(this.tree.size)) this.standings.set(this.tree.size, standingOf(this.tree, line));
  }

  #order({ position, stream, revision, prev, hash }: EventLine): void {
    const { position: before } = this;
    const ascends = position.length === before.length ? position > before : position.length > before.length;
    if (!ascends) throw new Problem(`follows position ${before}; positions must ascend`);
    const head = this.#heads.get(stream);
    const next = head === undefined ? 0 : head.revision + 1;
    if (revision !== String(next)) {
      throw new Problem(
        `is revision ${revision} of ${stream}, but ${next} is next: an event is missing, twice or moved`,
      );
    }
    if (prev !== (head?.hash ?? FIRST_PREV)) throw new Problem(`does not follow on the event before it in ${stream}`);
    if (head === undefined) this.#heads.set(stream, { revision: 0, hash });
    else {
      head.revision = next;
      head.hash = hash;
    }
  }
}

const standingOf = (tree: Tree, { stream, revision, hash, position }: EventLine): Standing => ({
  root: tree.root().toString('hex'),
  stream,
  revision,
  hash,
  position,
});

const located = (error: unknown, line: Buffer, number: number): unknown => {
  if (!(error instanceof Problem)) return error;
  const position = /"position":"(\d{1,19})"/.exec(line.toString('latin1'))?.[1];
  return new Problem(error.message, { line: number, ...(position === undefined ? {} : { position }) });
};

const conclude = (run: Run, trusted: string | null, notes: readonly ReadNote[]): Verified => {
  const { tree, trail, standings, position } = run;
  const first = trustedKey(trail, trusted);
  let held = 0;
  for (const note of notes) if (about(note.name, () => isHeld(note, run))) held += 1;
  const sealed = trail.sealedSince(first);
  if (trusted !== null && sealed === 0) throw new Problem('holds no checkpoint that the trusted key signed');
  return {
    events: tree.size,
    position: position === '' ? null : position,
    sealed,
    unsealed: tree.size - sealed,
    sealed_position: standings.get(sealed)?.position ?? null,
    checkpoints: trail.checkpoints,
    keys: trail.keys.map(({ text }) => text),
    notes: { held, abandoned: notes.length - held },
    rollbacks: trail.accepted,
  };
};

const trustedKey = ({ keys }: Trail, trusted: string | null): number => {
  if (trusted === null) return 0;
  const place = keys.findIndex(({ text }) => text === trusted);
  if (place >= 0) return place;
  throw new Problem(
    'is not sealed with the trusted key, nor with one that follows on it: it is another log, or was signed anew',
  );
};

/** Whether the log holds what a note from outside covers. `false` where it says that it was given up. */
const isHeld = ({ parsed: note, checkpoint, isTrusted }: ReadNote, { trail, standings, tree }: Run): boolean => {
  const { origin, size, root } = checkpoint;
  const isAbandoned = trail.formerOrigins.has(origin) && !isTrusted;
  const signer = trail.signerOf(note);
  if (signer < 0 || trail.keys[signer]?.name !== origin) {
    if (isAbandoned) return false;
    throw new Problem('is signed with no key of this log: it is of another log, or this one was signed anew');
  }
  const standing = standings.get(size);
  const holds = standing?.root === root.toString('hex') || (size === 0 && new Tree().root().equals(root));
  if (holds) {
    trail.seals(signer, size);
    return true;
  }
  if (isAbandoned) return false;
  if (standing === undefined)
    throw new Problem(`covers ${size} events, but there are only ${tree.size}: the end was cut off`);
  throw new Problem(otherRoot(undefined, standing, size));
};
