import type { LogFields, Logger } from './logging.ts';

const HIDDEN = '[secret]';
/** What is shorter stands in too many words by chance. */
const LEAST_CHARACTERS = 4;
/** Whoever errs about a credential has been given it a moment ago. */
const MOST_PASSING = 1_000;

/** The credentials that this process has in its hands, so that no text of its own repeats them. */
export class KnownSecrets {
  /** Of configurations. */
  readonly #lasting = new Set<string>();
  /** Of volumes: the latest. */
  readonly #passing = new Set<string>();
  readonly #variables = new Set<string>();

  /** A credential of the configuration. */
  keep(text: string): void {
    for (const form of formsOf(text)) this.#lasting.add(form);
  }

  /** A credential of a volume, or a structure that holds some. */
  learn(value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) this.learn(member);
    }
    if (typeof value !== 'string') return;
    for (const form of formsOf(value)) {
      this.#passing.delete(form);
      this.#passing.add(form);
    }
    for (const oldest of this.#passing) {
      if (this.#passing.size <= MOST_PASSING) break;
      this.#passing.delete(oldest);
    }
  }

  /** A variable of the environment that holds a credential. */
  withhold(variable: string): void {
    this.#variables.add(variable);
  }

  /** The variables that no program inherits. */
  get withheld(): readonly string[] {
    return [...this.#variables];
  }

  scrub(text: string): string {
    let scrubbed = text;
    for (const secrets of [this.#lasting, this.#passing]) {
      for (const secret of secrets) if (scrubbed.includes(secret)) scrubbed = scrubbed.replaceAll(secret, HIDDEN);
    }
    return scrubbed;
  }

  /** The same error, in which no text repeats a credential; what is no error becomes one. */
  scrubbed(error: unknown): unknown {
    if (!(error instanceof Error)) return typeof error === 'string' ? this.scrub(error) : error;
    const seen = new Set<object>();
    this.#scrubWithin(error, seen);
    return error;
  }

  #scrubWithin(value: object, seen: Set<object>): void {
    if (seen.has(value)) return;
    seen.add(value);
    for (const key of Object.getOwnPropertyNames(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      const member: unknown =
        descriptor?.get === undefined ? descriptor?.value : (value as Record<string, unknown>)[key];
      if (typeof member === 'object' && member !== null) this.#scrubWithin(member, seen);
      if (typeof member !== 'string') continue;
      const scrubbed = this.scrub(member);
      if (scrubbed === member) continue;
      Object.defineProperty(value, key, {
        value: scrubbed,
        configurable: true,
        writable: true,
        enumerable: descriptor?.enumerable ?? false,
      });
    }
  }

  /** A logger that repeats no credential. */
  quiet(log: Logger): Logger {
    const fields = (given: LogFields): LogFields =>
      Object.fromEntries(
        Object.entries(given).map(([key, value]) => [key, typeof value === 'string' ? this.scrub(value) : value]),
      );
    return {
      debug: (given, message) => log.debug(fields(given), this.scrub(message)),
      info: (given, message) => log.info(fields(given), this.scrub(message)),
      warn: (given, message) => log.warn(fields(given), this.scrub(message)),
      error: (given, message) => log.error(fields(given), this.scrub(message)),
    };
  }
}

/** The text, as JSON has it too, and its last word: `CHAP user password`. */
const formsOf = (text: string): readonly string[] => {
  const trimmed = text.trim();
  const words = trimmed.split(/\s+/);
  const forms = [trimmed, JSON.stringify(trimmed).slice(1, -1), words.length > 1 ? (words.at(-1) ?? '') : ''];
  return forms.filter((form) => form.length >= LEAST_CHARACTERS);
};
