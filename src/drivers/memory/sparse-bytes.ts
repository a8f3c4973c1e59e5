const BLOCK_BYTES = 4_096;

/** The contents of a volume of any size, of which only what was written takes memory. Reads as zeros elsewhere. */
export class SparseBytes {
  readonly #blocks: Map<number, Uint8Array>;

  constructor(blocks: ReadonlyMap<number, Uint8Array> = new Map()) {
    this.#blocks = new Map(blocks);
  }

  get allocatedBytes(): number {
    return this.#blocks.size * BLOCK_BYTES;
  }

  /** Shares the blocks, which are never changed in place. */
  copy(): SparseBytes {
    return new SparseBytes(this.#blocks);
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    for (const { index, from, to, at } of blocksOf(offsetBytes, bytes.length)) {
      const block = Uint8Array.from(this.#blocks.get(index) ?? new Uint8Array(BLOCK_BYTES));
      block.set(bytes.subarray(at, at + to - from), from);
      this.#blocks.set(index, block);
    }
  }

  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    for (const { index, from, to, at } of blocksOf(offsetBytes, lengthBytes)) {
      const block = this.#blocks.get(index);
      if (block !== undefined) bytes.set(block.subarray(from, to), at);
    }
    return bytes;
  }
}

/** The parts of blocks that a range covers, and where in the range each is. */
function* blocksOf(offsetBytes: number, lengthBytes: number) {
  for (let at = 0; at < lengthBytes; ) {
    const position = offsetBytes + at;
    const from = position % BLOCK_BYTES;
    const to = Math.min(BLOCK_BYTES, from + lengthBytes - at);
    yield { index: (position - from) / BLOCK_BYTES, from, to, at };
    at += to - from;
  }
}
