import { hash } from 'node:crypto';

/** RFC 6962, written again for whoever checks: nothing here is shared with what seals. */
export type Hash = Buffer;

const HASH_BYTES = 32;
const leafBytes = Buffer.alloc(1 + HASH_BYTES);
const nodeBytes = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

export const leafHash = (eventHash: Hash): Hash => {
  eventHash.copy(leafBytes, 1);
  return hash('sha256', leafBytes, 'buffer');
};

const join = (left: Hash, right: Hash): Hash => {
  left.copy(nodeBytes, 1);
  right.copy(nodeBytes, 1 + HASH_BYTES);
  return hash('sha256', nodeBytes, 'buffer');
};

interface Peak {
  readonly leaves: number;
  readonly hash: Hash;
}

/** The tree over all leaves so far, in the memory of its peaks. */
export class Tree {
  readonly #peaks: Peak[] = [];
  #leaves = 0;

  get size(): number {
    return this.#leaves;
  }

  add(leaf: Hash): void {
    let peak: Peak = { leaves: 1, hash: leaf };
    for (let last = this.#peaks.at(-1); last?.leaves === peak.leaves; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      peak = { leaves: 2 * peak.leaves, hash: join(last.hash, peak.hash) };
    }
    this.#peaks.push(peak);
    this.#leaves += 1;
  }

  root(): Hash {
    return rootOfPeaks(this.#peaks.map((peak) => peak.hash));
  }
}

/** The root over the roots of perfect trees, the largest first. */
export const rootOfPeaks = (peaks: readonly Hash[]): Hash => {
  let root: Hash | undefined;
  for (const peak of peaks.toReversed()) root = root === undefined ? peak : join(peak, root);
  return root ?? hash('sha256', '', 'buffer');
};

/** How many perfect trees a tree of so many leaves is made of. */
export const peaksOf = (leaves: number): number => {
  let peaks = 0;
  for (let rest = leaves; rest > 0; rest = Math.floor(rest / 2)) peaks += rest % 2;
  return peaks;
};

const half = (number: number): number => Math.floor(number / 2);

/** RFC 9162, 2.1.3.2: the root that a leaf and its path lead to; `null` when the path is not of that leaf's length. */
export const rootByInclusion = (index: number, size: number, leaf: Hash, path: readonly Hash[]): Hash | null => {
  if (index >= size) return null;
  let [node, last] = [index, size - 1];
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = join(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      root = join(root, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? root : null;
};

interface Sized {
  readonly size: number;
  readonly root: Hash;
}

/** RFC 9162, 2.1.4.2: whether the older tree is the beginning of the newer one. */
export const isConsistent = (older: Sized, newer: Sized, proof: readonly Hash[]): boolean => {
  if (older.size === 0 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  const isPerfect = peaksOf(older.size) === 1;
  const [first, ...rest] = isPerfect ? [older.root, ...proof] : proof;
  if (first === undefined) return false;
  let [node, last] = [older.size - 1, newer.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      before = join(sibling, before);
      after = join(sibling, after);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      after = join(after, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && before.equals(older.root) && after.equals(newer.root);
};
