import { createHash } from 'node:crypto';

/** Numbers and ids that are the same for the same seed. */
export class Drawn {
  readonly #seed: string;
  #count = 0;

  constructor(...seed: readonly (string | number)[]) {
    this.#seed = seed.join('/');
  }

  /** From 0 to one less than `below`. */
  number(below: number): number {
    return this.#bytes().readUInt32BE(0) % below;
  }

  one<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.number(values.length)] as Value;
  }

  uuid(): string {
    const hex = this.#bytes().toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  shuffled<Value>(values: readonly Value[]): readonly Value[] {
    return values
      .map((value) => ({ value, at: this.number(2 ** 32) }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ value }) => value);
  }

  #bytes(): Buffer {
    this.#count += 1;
    return createHash('sha256').update(`${this.#seed}/${this.#count}`).digest();
  }
}
