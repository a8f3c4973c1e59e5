import { bodyHash } from './event-line.ts';
import { Problem } from './problem.ts';
import { isSignedBy, type Note, parseCheckpoint, parseKey, parseNote, strictBase64 } from './signed-note.ts';
import { isConsistent, leafHash, rootByInclusion } from './tree.ts';

const INCLUSION = 'c2sp.org/tlog-proof@v1';
const CONSISTENCY = 'scoria/audit/consistency/v1';
const HASH_BYTES = 32;
const MOST_HASHES = 64;

/** What a proof shows. */
export type Proven =
  | {
      readonly kind: 'inclusion';
      readonly origin: string;
      readonly size: number;
      readonly index: number;
      /** The event's stored body, which is what was proven to be in the log. */
      readonly body: string;
    }
  | { readonly kind: 'consistency'; readonly origin: string; readonly older: number; readonly newer: number };

/** Checks a proof with nothing but itself and the trusted keys. Throws a `Problem`. */
export const checkProof = (text: string, keys: readonly string[]): Proven => {
  const [first] = text.split('\n', 1);
  if (first === INCLUSION) return checkInclusion(text, keys);
  if (first === CONSISTENCY) return checkConsistency(text, keys);
  throw new Problem(`begins with neither ${INCLUSION} nor ${CONSISTENCY}`);
};

const hashesOf = (lines: readonly string[]): Buffer[] => {
  if (lines.length > MOST_HASHES) throw new Problem('has more hashes than any tree needs');
  return lines.map((line) => {
    const bytes = strictBase64(line);
    if (bytes?.length !== HASH_BYTES)
      throw new Problem(`has a line that is no hash: ${JSON.stringify(line.slice(0, 80))}`);
    return bytes;
  });
};

const trustedCheckpoint = (note: Note, keys: readonly string[]) => {
  const checkpoint = parseCheckpoint(note);
  const isTrusted = keys.map(parseKey).some((key) => key.name === checkpoint.origin && isSignedBy(note, key));
  if (!isTrusted) throw new Problem('is not signed with a trusted key');
  return checkpoint;
};

/** C2SP tlog-proof; the event's body is its extra data. */
const checkInclusion = (text: string, keys: readonly string[]): Proven => {
  const end = text.indexOf('\n\n');
  const [, extra, at, ...path] = end < 0 ? [] : text.slice(0, end).split('\n');
  const body = extra?.startsWith('extra ') ? strictBase64(extra.slice('extra '.length)) : null;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(at ?? '')?.[1];
  if (body === null || index === undefined) throw new Problem('has no event, or does not say where it stands');
  const { origin, size, root } = trustedCheckpoint(parseNote(text.slice(end + 2)), keys);
  const led = rootByInclusion(Number(index), size, leafHash(bodyHash(body)), hashesOf(path));
  if (led === null || !led.equals(root)) throw new Problem('does not lead from its event to the signed root');
  return { kind: 'inclusion', origin, size, index: Number(index), body: body.toString() };
};

/** The hashes, the older note and the newer one, each after an empty line. */
const checkConsistency = (text: string, keys: readonly string[]): Proven => {
  const [head = '', older, olderSignatures, newer, newerSignatures, ...more] = text.split('\n\n');
  if (older === undefined || olderSignatures === undefined || newer === undefined || newerSignatures === undefined) {
    throw new Problem('does not hold two notes');
  }
  if (more.length > 0) throw new Problem('holds something after its notes');
  const before = trustedCheckpoint(parseNote(`${older}\n\n${olderSignatures}\n`), keys);
  const after = trustedCheckpoint(parseNote(`${newer}\n\n${newerSignatures}`), keys);
  if (before.origin !== after.origin) throw new Problem('is about two logs');
  if (!isConsistent(before, after, hashesOf(head.split('\n').slice(1)))) {
    throw new Problem('does not lead from the older root to the newer one');
  }
  return { kind: 'consistency', origin: after.origin, older: before.size, newer: after.size };
};
