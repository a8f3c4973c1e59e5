/** JSON as a document that is loaded must be: no duplicate keys, no `__proto__`, and not nested without end. */

/** Deeper than any event of ours, and far from where recursion ends. */
export const MAX_DEPTH = 256;

export type JsonPath = readonly (string | number)[];

/** What is wrong at a place in a text; the message is to be read after the path. */
export class JsonProblem extends Error {
  readonly offset: number;
  readonly path: JsonPath;

  constructor(problem: string, offset: number, path: JsonPath) {
    super(problem);
    this.offset = offset;
    this.path = path;
  }
}

/** An open object or array; `at` is the key or index that is being read. */
interface Frame {
  readonly keys: Set<string> | null;
  at: string | number;
}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![^\s,\]}])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const QUOTE = 34;
const BACKSLASH = 92;

/** Is told of each value, where it begins. */
type Visit = (path: JsonPath, offset: number) => void;

/** Reads a text once, without recursion: a hostile document costs no stack. */
class Scan {
  readonly #text: string;
  readonly #visit: Visit | undefined;
  readonly #open: Frame[] = [];
  #offset = 0;

  constructor(text: string, visit?: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  document(): void {
    do this.#readValue();
    while (this.#goesOn());
    if (this.#offset < this.#text.length) throw this.#problem('something follows the end of the document');
  }

  get #path(): JsonPath {
    return this.#open.map(({ at }) => at);
  }

  #problem(problem: string): JsonProblem {
    return new JsonProblem(problem, this.#offset, this.#path);
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#offset] ?? 'x')) this.#offset += 1;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  /** Reads a value, down to the first that is not a container's beginning. */
  #readValue(): void {
    for (;;) {
      this.#skipSpace();
      this.#visit?.(this.#path, this.#offset);
      const isObject = this.#take('{');
      if (!isObject && !this.#take('[')) {
        this.#readScalar();
        return;
      }
      this.#open.push({ keys: isObject ? new Set() : null, at: isObject ? '' : 0 });
      if (this.#open.length > MAX_DEPTH) throw this.#problem(`is nested deeper than ${MAX_DEPTH} levels`);
      if (this.#take(isObject ? '}' : ']')) {
        this.#open.pop();
        return;
      }
      if (isObject) this.#readKey();
    }
  }

  /** After a value: closes what it ends. Says whether another value follows. */
  #goesOn(): boolean {
    for (let frame = this.#open.at(-1); frame !== undefined; frame = this.#open.at(-1)) {
      if (this.#take(',')) {
        if (frame.keys === null) frame.at = Number(frame.at) + 1;
        else this.#readKey();
        return true;
      }
      const end = frame.keys === null ? ']' : '}';
      if (!this.#take(end)) throw this.#unexpected(`"," or "${end}"`);
      this.#open.pop();
    }
    this.#skipSpace();
    return false;
  }

  #readKey(): void {
    this.#skipSpace();
    const frame = this.#open.at(-1) as Frame;
    const start = this.#offset;
    if (this.#text[start] !== '"') throw this.#unexpected('a key in double quotes');
    this.#readString();
    const key: string = JSON.parse(this.#text.slice(start, this.#offset));
    frame.at = key;
    if (frame.keys?.has(key)) throw this.#problem('this key stands twice');
    if (key === '__proto__') throw this.#problem('this key is not allowed');
    frame.keys?.add(key);
    if (!this.#take(':')) throw this.#unexpected('":"');
  }

  #readScalar(): void {
    if (this.#text[this.#offset] === '"') {
      this.#readString();
      return;
    }
    LITERAL.lastIndex = this.#offset;
    if (!LITERAL.test(this.#text)) throw this.#unexpected('a value');
    this.#offset = LITERAL.lastIndex;
  }

  #readString(): void {
    for (this.#offset += 1; ; ) {
      const code = this.#text.charCodeAt(this.#offset);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) throw this.#unexpected('the end of the text');
      if (code < 32) throw this.#problem('holds a control character that is not escaped');
      if (code !== BACKSLASH) this.#offset += 1;
      else this.#readEscape();
    }
    this.#offset += 1;
  }

  #readEscape(): void {
    ESCAPE.lastIndex = this.#offset;
    if (!ESCAPE.test(this.#text)) throw this.#problem('holds an escape that JSON does not have');
    this.#offset = ESCAPE.lastIndex;
  }

  #unexpected(expected: string): JsonProblem {
    const found = this.#text[this.#offset];
    return this.#problem(`expected ${expected}, found ${found === undefined ? 'the end' : JSON.stringify(found)}`);
  }
}

/** What is wrong with a text as strict JSON; `null` when nothing is. */
export const jsonProblem = (text: string): JsonProblem | null => {
  try {
    new Scan(text).document();
    return null;
  } catch (error) {
    if (error instanceof JsonProblem) return error;
    throw error;
  }
};

const occurrences = (text: string, character: string): number => {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
};

/** A quick look: false means that it is not. */
export const mayBeDeep = (text: string): boolean => occurrences(text, '{') + occurrences(text, '[') > MAX_DEPTH;

/** Where the value at a path begins, or else the innermost that would hold it. The text must be strict JSON. */
export const offsetOf = (text: string, path: JsonPath): number => {
  let found = 0;
  let depth = -1;
  new Scan(text, (at, offset) => {
    if (at.length <= depth || at.length > path.length || at.some((step, index) => step !== path[index])) return;
    [found, depth] = [offset, at.length];
  }).document();
  return found;
};

/** Line numbers as editors count them. */
export const lineAt = (text: string, offset: number): number => {
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) line += 1;
  return line;
};

/** `volumes[3].snapshots[0].size`. */
export const pathText = (path: JsonPath): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('');
