import { Problem } from './problem.ts';

/**
 * Reads canonical JSON (RFC 8785) byte by byte, without building anything of it: what would be written differently is
 * refused. Its numbers are safe integers, as those of events are.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const FIRST_PRINTABLE = 0x20;
const FIRST_NOT_ASCII = 0x80;
const LETTER_U = 0x75;
const MOST_DEPTH = 1_000;
/** Every number of so many digits is safe. */
const SAFE_DIGITS = 15;

/** `"` `\` and the letters of \b \t \n \f \r. */
const SHORT_ESCAPES = new Set([...'"\\btnfr'].map((letter) => letter.charCodeAt(0)));
/** Control characters that have no letter. */
const LONG_ESCAPE = /^00(?:0[0-7be-f]|1[0-9a-f])$/;
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export class CanonicalReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  #end = 0;
  #isPlain = true;

  open(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  fail(what: string): never {
    throw new Problem(`is not canonical JSON (RFC 8785) as an event is written: ${what}`);
  }

  /** Whether the last string was ASCII without escapes. */
  get wasPlain(): boolean {
    return this.#isPlain;
  }

  #byte(): number {
    return this.at < this.#end ? (this.bytes[this.at] as number) : -1;
  }

  /** Passes exactly these bytes. */
  literal(text: Buffer): void {
    if (!this.hasNext(text)) this.fail(`${text} is missing`);
    this.at += text.length;
  }

  hasNext(text: Buffer): boolean {
    const { bytes, at } = this;
    if (at + text.length > this.#end) return false;
    for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
    return true;
  }

  /** Passes a string; between its quotes stand the bytes from the returned place up to `at - 1`. */
  string(): number {
    if (this.#byte() !== QUOTE) this.fail('a string is missing');
    const { bytes } = this;
    const end = this.#end;
    const start = this.at + 1;
    let at = start;
    let isPlain = true;
    for (;;) {
      if (at >= end) this.fail('a string has no end');
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        isPlain = false;
        at = this.#escape(at);
        continue;
      }
      if (byte < FIRST_PRINTABLE) this.fail('a control character stands in a string');
      if (byte >= FIRST_NOT_ASCII) isPlain = false;
      at += 1;
    }
    this.#isPlain = isPlain;
    this.at = at + 1;
    return start;
  }

  #escape(at: number): number {
    const letter = at + 1 < this.#end ? (this.bytes[at + 1] as number) : -1;
    if (SHORT_ESCAPES.has(letter)) return at + 2;
    const isLong =
      letter === LETTER_U && at + 6 <= this.#end && LONG_ESCAPE.test(this.bytes.toString('latin1', at + 2, at + 6));
    return isLong ? at + 6 : this.fail('a string has an escape that it does not need');
  }

  /** Passes a whole number that is safe in every language. */
  integer(): void {
    const start = this.at;
    const isNegative = this.#byte() === MINUS;
    if (isNegative) this.at += 1;
    const first = this.#byte();
    const digits = this.at;
    while (this.#byte() >= ZERO && this.#byte() <= NINE) this.at += 1;
    const count = this.at - digits;
    const isWritten = count > 0 && (first !== ZERO || (count === 1 && !isNegative));
    const isSafe = count <= SAFE_DIGITS || Number.isSafeInteger(Number(this.bytes.toString('latin1', start, this.at)));
    if (!isWritten || !isSafe) this.fail('a number is no safe integer');
  }

  value(depth: number): void {
    if (depth > MOST_DEPTH) this.fail(`it is nested deeper than ${MOST_DEPTH}`);
    const byte = this.#byte();
    if (byte === QUOTE) this.string();
    else if (byte === OPEN_BRACE) this.object(depth);
    else if (byte === OPEN_BRACKET) this.#array(depth);
    else if (byte === MINUS || (byte >= ZERO && byte <= NINE)) this.integer();
    else this.#word();
  }

  #word(): void {
    const word = LITERALS.find((one) => this.hasNext(one));
    if (word === undefined) this.fail('a value is missing');
    this.at += word.length;
  }

  #array(depth: number): void {
    this.at += 1;
    if (this.#byte() === CLOSE_BRACKET) {
      this.at += 1;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      if (this.#endsWith(CLOSE_BRACKET)) return;
    }
  }

  /** Passes an object whose keys ascend by UTF-16 code units. */
  object(depth = 0): void {
    if (this.#byte() !== OPEN_BRACE) this.fail('an object is missing');
    this.at += 1;
    if (this.#byte() === CLOSE_BRACE) {
      this.at += 1;
      return;
    }
    let before = -1;
    let beforeEnd = 0;
    let wasPlain = true;
    for (;;) {
      const start = this.string();
      const end = this.at - 1;
      const isPlain = this.#isPlain;
      if (before >= 0 && !this.#ascends(before, beforeEnd, start, end, wasPlain && isPlain)) {
        this.fail('the keys of an object are not in order, or one is there twice');
      }
      before = start;
      beforeEnd = end;
      wasPlain = isPlain;
      if (this.#byte() !== COLON) this.fail('a colon is missing');
      this.at += 1;
      this.value(depth + 1);
      if (this.#endsWith(CLOSE_BRACE)) return;
    }
  }

  /** Passes the end of a list or object, or the comma before what follows. */
  #endsWith(close: number): boolean {
    const byte = this.#byte();
    if (byte !== close && byte !== COMMA) this.fail('a comma or an end is missing');
    this.at += 1;
    return byte === close;
  }

  #ascends(a: number, aEnd: number, b: number, bEnd: number, isPlain: boolean): boolean {
    if (isPlain) return this.#bytesAscend(a, aEnd, b, bEnd);
    return this.#text(a, aEnd) < this.#text(b, bEnd);
  }

  #bytesAscend(a: number, aEnd: number, b: number, bEnd: number): boolean {
    const { bytes } = this;
    const length = Math.min(aEnd - a, bEnd - b);
    for (let index = 0; index < length; index += 1) {
      const difference = (bytes[a + index] as number) - (bytes[b + index] as number);
      if (difference !== 0) return difference < 0;
    }
    return aEnd - a < bEnd - b;
  }

  #text(start: number, end: number): string {
    return JSON.parse(this.bytes.toString('utf8', start - 1, end + 1));
  }
}
