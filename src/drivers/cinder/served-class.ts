import { hostname } from 'node:os';
import type { JsonObject } from '../../domain/json.ts';
import { KnownSecrets } from '../../known-secrets.ts';
import { Lines } from '../../lines.ts';
import type { Logger } from '../../logging.ts';
import { callSignals } from '../call.ts';
import { type DriverEnvironment, DriverFailure } from '../contract.ts';
import { assertOurs, OPERATION_VARIABLE, operationMark } from '../current-operation.ts';
import { KNOWN_SECRET_FIELDS, withSecrets } from '../secret-fields.ts';
import type { ClassPlace } from './place.ts';
import { type LogLine, type Python, PythonError, spareOrNew } from './python.ts';
import { type Reported, reportedBy } from './stats.ts';

/** What is said during one call beyond this is left out. */
const MOST_LINES = 1_000;

export interface Opening {
  readonly place: ClassPlace;
  readonly options: JsonObject;
  readonly credentials: readonly string[];
}

/**
 * The class at work for one backend, in a process of its own: one call at a time. A process that has ended is started
 * anew by the next call, and its driver set up.
 */
export class ServedClass {
  readonly #opening: Opening;
  readonly #environment: DriverEnvironment;
  readonly #lines = new Lines();
  readonly #known = new KnownSecrets();
  readonly #log: Logger;
  #python: Python | null = null;
  #closed = false;
  /** What it said during the call: until its answer tells which credentials were made. */
  #held: LogLine[] = [];
  #reported: Reported | null = null;

  constructor(opening: Opening, environment: DriverEnvironment) {
    this.#opening = opening;
    this.#environment = environment;
    this.#log = this.#known.quiet(environment.log);
    for (const credential of opening.credentials) this.#known.keep(credential);
  }

  /** What it reported last. Sets it up, where that is not done. */
  async open(): Promise<Reported> {
    await this.#lines.inLine('calls', () => this.#opened());
    if (this.#reported === null) throw new TypeError('a driver that is set up has reported');
    return this.#reported;
  }

  async report(): Promise<Reported> {
    this.#reported = reportedBy(await this.call('get_stats'), this.#environment.backendName);
    return this.#reported;
  }

  /** Rejects with `PythonError` where the driver raised an exception, and otherwise when nobody knows how it ended. */
  call(work: string, given: object = {}): Promise<unknown> {
    return this.#lines.inLine('calls', async () => {
      if (callSignals().givenUp.aborted) {
        throw new DriverFailure('it was stopped before the driver was called', 'give the command again');
      }
      const python = await this.#opened();
      await assertOurs();
      const operation = operationMark()[OPERATION_VARIABLE] ?? null;
      this.#known.learn((given as { readonly volume?: { readonly provider_auth?: unknown } }).volume?.provider_auth);
      return this.#heard(python, work, { do: work, operation, ...given });
    });
  }

  close(): void {
    this.#closed = true;
    this.#python?.kill('was closed');
    this.#flush();
  }

  async #opened(): Promise<Python> {
    if (this.#closed) throw new DriverFailure('the driver was closed', 'give the command again');
    if (this.#python !== null && !this.#python.over) return this.#python;
    const { place, options } = this.#opening;
    const python = spareOrNew(place);
    this.#python = python;
    python.onLog = (line) => this.#hold(line);
    try {
      const answer = await this.#heard(python, 'setup', {
        do: 'open',
        class: place.path,
        backend: this.#environment.backendName,
        host: hostname(),
        root_helper: this.#environment.rootHelper ?? '',
        options,
      });
      this.#reported = reportedBy(answer, this.#environment.backendName);
    } catch (error) {
      // A driver that is set up halfway is of no use.
      python.kill('could not be set up');
      const remedy = 'see whether the options are right and the storage answers';
      throw new DriverFailure(`the driver cannot be set up: ${(error as Error).message}`, remedy, { cause: error });
    }
    return python;
  }

  async #heard(python: Python, work: string, question: object): Promise<unknown> {
    try {
      const answer = await python.ask(question, callSignals().givenUp);
      await withSecrets(answer, KNOWN_SECRET_FIELDS, (credential) => this.#known.learn(credential));
      await withSecrets((answer as { readonly update?: unknown } | null)?.update, KNOWN_SECRET_FIELDS, (credential) =>
        this.#known.learn(credential),
      );
      return answer;
    } catch (error) {
      if (!(error instanceof PythonError)) throw new Error(`${work}: ${(error as Error).message}`, { cause: error });
      this.#log.debug({ ...this.#where(work) }, error.traceback);
      throw this.#known.scrubbed(error);
    } finally {
      this.#flush();
    }
  }

  #where(driver: string): { readonly backend: string; readonly driver: string } {
    return { backend: this.#environment.backendName, driver };
  }

  #hold(line: LogLine): void {
    if (this.#held.length < MOST_LINES) this.#held.push(line);
  }

  #flush(): void {
    for (const { level, from, message } of this.#held.splice(0)) this.#log[level](this.#where(from), message);
  }
}
