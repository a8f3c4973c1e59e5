import { KnownSecrets } from '../../known-secrets.ts';
import { type LogFields, type Logger, silentLogger } from '../../logging.ts';
import { type LogLine, type Python, PythonError } from './python.ts';

/** What is said during one call beyond this is left out. */
const MOST_LINES = 1_000;

/** Asks a Python, and logs what it says meanwhile: once its answer has told which credentials were made, and none of them. */
export class Conversation {
  readonly known = new KnownSecrets();
  readonly #about: LogFields;
  #log = silentLogger;
  #held: LogLine[] = [];

  constructor(about: LogFields = {}) {
    this.#about = about;
  }

  listenTo(python: Python, log: Logger): void {
    this.#log = this.known.quiet(log);
    python.onLog = (line) => {
      if (this.#held.length < MOST_LINES) this.#held.push(line);
    };
  }

  /** Rejects with `PythonError` where Python raised an exception, and otherwise when nobody knows how it ended. */
  async ask(
    python: Python,
    work: string,
    question: object,
    { signal, learn }: { readonly signal: AbortSignal; readonly learn?: (answer: unknown) => Promise<void> },
  ): Promise<unknown> {
    try {
      const answer = await python.ask(question, signal);
      await learn?.(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof PythonError)) throw new Error(`${work}: ${(error as Error).message}`, { cause: error });
      this.#log.debug({ ...this.#about, driver: work }, error.traceback);
      throw this.known.scrubbed(error);
    } finally {
      this.flush();
    }
  }

  flush(): void {
    for (const { level, from, message } of this.#held.splice(0)) {
      this.#log[level]({ ...this.#about, driver: from }, message);
    }
  }
}
