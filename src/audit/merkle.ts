import { hash } from 'node:crypto';

/** A node or leaf of the tree: 32 bytes. */
export type TreeHash = Uint8Array;

const HASH_BYTES = 32;
const leafInput = new Uint8Array(1 + HASH_BYTES);
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES);
nodeInput[0] = 1;

/** The leaf of an event (RFC 6962): SHA-256 over 0x00 and the event's hash. */
export const leafOf = (eventHash: string): TreeHash => {
  leafInput.set(Buffer.from(eventHash, 'hex'), 1);
  return hash('sha256', leafInput, 'buffer');
};

export const nodeOf = (left: TreeHash, right: TreeHash): TreeHash => {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
};

const EMPTY_ROOT: TreeHash = hash('sha256', '', 'buffer');

/** How many bits are set: a tree of this size is made of so many perfect trees. */
const perfectTrees = (size: number): number => {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
};

/** The root over perfect trees that stand side by side, from the largest to the smallest. */
const rootOver = (frontier: readonly TreeHash[]): TreeHash =>
  frontier.length === 0 ? EMPTY_ROOT : frontier.reduceRight((right, left) => nodeOf(left, right));

/**
 * A Merkle tree (RFC 6962) that only grows: it keeps the roots of the perfect trees that it is made of, at most one per
 * bit of its size, and nothing of its leaves.
 */
export class GrowingTree {
  #size: number;
  readonly #frontier: TreeHash[];

  constructor(size = 0, frontier: readonly string[] = []) {
    if (frontier.length !== perfectTrees(size)) throw new TypeError(`${frontier.length} hashes are no tree of ${size}`);
    this.#size = size;
    this.#frontier = frontier.map((hex) => Buffer.from(hex, 'hex'));
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: TreeHash): void {
    let node = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = nodeOf(this.#frontier.pop() ?? node, node);
    this.#frontier.push(node);
    this.#size += 1;
  }

  root(): TreeHash {
    return rootOver(this.#frontier);
  }

  /** What the tree can go on from: hex, from the largest perfect tree to the smallest. */
  frontier(): readonly string[] {
    return this.#frontier.map((node) => Buffer.from(node).toString('hex'));
  }
}

/** Leaves from `start` up to, not including, `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The largest power of two that is smaller than `size`, which is at least 2. */
const splitOf = (size: number): number => {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
};

/** RFC 6962, 2.1.1: the siblings from the leaf up to the root. */
const inclusionRanges = (index: number, { start, end }: Range): readonly Range[] => {
  const size = end - start;
  if (size <= 1) return [];
  const middle = start + splitOf(size);
  return index < middle
    ? [...inclusionRanges(index, { start, end: middle }), { start: middle, end }]
    : [...inclusionRanges(index, { start: middle, end }), { start, end: middle }];
};

/** RFC 6962, 2.1.2: SUBPROOF. */
const consistencyRanges = (older: number, { start, end }: Range, isWhole: boolean): readonly Range[] => {
  if (older === end - start) return isWhole ? [] : [{ start, end }];
  const middle = start + splitOf(end - start);
  return older <= middle - start
    ? [...consistencyRanges(older, { start, end: middle }, isWhole), { start: middle, end }]
    : [...consistencyRanges(older - (middle - start), { start: middle, end }, false), { start, end: middle }];
};

/** The roots over ranges of leaves, in one pass over all of them. */
const rootsOf = async (ranges: readonly Range[], leaves: AsyncIterable<TreeHash>): Promise<readonly TreeHash[]> => {
  const inOrder = ranges.map((range) => ({ range, tree: new GrowingTree() }));
  const waiting = inOrder.toSorted((a, b) => a.range.start - b.range.start);
  let index = 0;
  for await (const leaf of leaves) {
    const [first] = waiting;
    if (first === undefined) break;
    if (index >= first.range.start) first.tree.append(leaf);
    index += 1;
    if (index === first.range.end) waiting.shift();
  }
  if (waiting.length > 0) throw new RangeError(`there are only ${index} leaves`);
  return inOrder.map(({ tree }) => tree.root());
};

/** Proves that the leaf at `index` is in the tree over the first `size` of the leaves. */
export const inclusionProof = (
  index: number,
  size: number,
  leaves: AsyncIterable<TreeHash>,
): Promise<readonly TreeHash[]> => rootsOf(inclusionRanges(index, { start: 0, end: size }), leaves);

/** Proves that the tree of `older` leaves is the beginning of the one of `newer`; `older` is at least 1. */
export const consistencyProof = (
  older: number,
  newer: number,
  leaves: AsyncIterable<TreeHash>,
): Promise<readonly TreeHash[]> => rootsOf(consistencyRanges(older, { start: 0, end: newer }, true), leaves);
