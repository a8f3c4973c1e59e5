import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A value that no string, JSON or inspection shows. Only `reveal` does. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  /** `[secret]`. */
  toString(): string {
    return HIDDEN;
  }

  /** `[secret]`. */
  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
