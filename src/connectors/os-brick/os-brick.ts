import type { JsonObject } from '../../domain/json.ts';
import { callSignals } from '../../drivers/call.ts';
import { Conversation } from '../../drivers/cinder/conversation.ts';
import { SYSTEM_PYTHON } from '../../drivers/cinder/place.ts';
import { Python } from '../../drivers/cinder/python.ts';
import { assertOurs, OPERATION_VARIABLE, operationMark } from '../../drivers/current-operation.ts';
import { KNOWN_SECRET_FIELDS, withSecrets } from '../../drivers/secret-fields.ts';
import { Lines } from '../../lines.ts';
import { ConnectorFailure } from '../contract.ts';
import type { HostEnvironment } from '../environment.ts';

/** As long as os-brick lets a program of its own run. */
const CALLED_WITHIN_MS = 600_000;

const started = new Map<string, OsBrick>();

/** The one of this process for the Python and the root helper. */
export const osBrickOf = ({ osBrickPython = SYSTEM_PYTHON, rootHelper = '' }: HostEnvironment): OsBrick => {
  const key = JSON.stringify([osBrickPython, rootHelper]);
  const found = started.get(key) ?? new OsBrick(osBrickPython, rootHelper);
  started.set(key, found);
  return found;
};

/** os-brick in a process of its own: one call at a time. One that has ended is started anew by the next call. */
export class OsBrick {
  readonly path: string;
  readonly #rootHelper: string;
  readonly #lines = new Lines();
  readonly #conversation = new Conversation();
  #python: Python | null = null;

  constructor(path: string, rootHelper: string) {
    this.path = path;
    this.#rootHelper = rootHelper;
  }

  /** Rejects with `PythonError` where os-brick raised an exception, and otherwise when nobody knows how it ended. */
  call(
    call: string,
    given: { readonly info?: JsonObject; readonly [name: string]: unknown },
    { log }: HostEnvironment,
  ): Promise<unknown> {
    return this.#lines.inLine('calls', async () => {
      const { givenUp } = callSignals();
      if (givenUp.aborted) {
        throw new ConnectorFailure('it was stopped before os-brick was called', 'give the command again');
      }
      const python = this.#python === null || this.#python.over ? new Python(this.path) : this.#python;
      this.#python = python;
      this.#conversation.listenTo(python, log);
      await withSecrets(given.info, KNOWN_SECRET_FIELDS, (credential) => this.#conversation.known.learn(credential));
      await assertOurs();
      const operation = operationMark()[OPERATION_VARIABLE] ?? null;
      const question = { do: 'os-brick', call, operation, root_helper: this.#rootHelper, ...given };
      const signal = AbortSignal.any([givenUp, AbortSignal.timeout(CALLED_WITHIN_MS)]);
      return this.#conversation.ask(python, `os-brick, ${call}`, question, { signal });
    });
  }
}
