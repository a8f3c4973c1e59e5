import { hostname } from 'node:os';
import type { JsonObject } from '../../domain/json.ts';
import { Lines } from '../../lines.ts';
import { callSignals } from '../call.ts';
import { type DriverEnvironment, DriverFailure } from '../contract.ts';
import { assertOurs, OPERATION_VARIABLE, operationMark } from '../current-operation.ts';
import { KNOWN_SECRET_FIELDS, withSecrets } from '../secret-fields.ts';
import { Conversation } from './conversation.ts';
import type { ClassPlace } from './place.ts';
import { type Python, spareOrNew } from './python.ts';
import { type Reported, reportedBy } from './stats.ts';

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
  readonly #conversation: Conversation;
  #python: Python | null = null;
  #closed = false;
  #reported: Reported | null = null;

  constructor(opening: Opening, environment: DriverEnvironment) {
    this.#opening = opening;
    this.#environment = environment;
    this.#conversation = new Conversation({ backend: environment.backendName });
    for (const credential of opening.credentials) this.#conversation.known.keep(credential);
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
      const { volume } = given as { readonly volume?: { readonly provider_auth?: unknown } };
      this.#conversation.known.learn(volume?.provider_auth);
      return this.#heard(python, work, { do: work, operation, ...given });
    });
  }

  close(): void {
    this.#closed = true;
    this.#python?.kill('was closed');
    this.#conversation.flush();
  }

  async #opened(): Promise<Python> {
    if (this.#closed) throw new DriverFailure('the driver was closed', 'give the command again');
    if (this.#python !== null && !this.#python.over) return this.#python;
    const { place, options } = this.#opening;
    const python = spareOrNew(place);
    this.#python = python;
    this.#conversation.listenTo(python, this.#environment.log);
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

  #heard(python: Python, work: string, question: object): Promise<unknown> {
    const learn = async (answer: unknown) => {
      for (const one of [answer, (answer as { readonly update?: unknown } | null)?.update]) {
        await withSecrets(one, KNOWN_SECRET_FIELDS, (credential) => this.#conversation.known.learn(credential));
      }
    };
    return this.#conversation.ask(python, work, question, { signal: callSignals().givenUp, learn });
  }
}
