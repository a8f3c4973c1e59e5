import { fileURLToPath } from 'node:url';
import { SideProcess } from '../side-process.ts';
import type { ClassPlace } from './place.ts';

/** What a driver's own log says. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly from: string;
  readonly message: string;
}

/** An exception of Python's, which ended a call and left its process alive. */
export class PythonError extends Error {
  override readonly name = 'PythonError';
  readonly className: string;
  /** Its class and those that it derives from. */
  readonly kinds: readonly string[];
  readonly traceback: string;

  constructor({ class: className, kinds, message, traceback = '' }: ErrorAnswer) {
    super(message === '' ? className : `${className}: ${message}`);
    this.className = className;
    this.kinds = kinds;
    this.traceback = traceback;
  }

  isA(...kinds: readonly string[]): boolean {
    return this.kinds.some((kind) => kinds.includes(kind));
  }
}

interface ErrorAnswer {
  readonly class: string;
  readonly kinds: readonly string[];
  readonly message: string;
  readonly traceback?: string;
}

type Answer = { readonly answer: unknown } | { readonly error: ErrorAnswer };

/** What a driver needs of this process's environment; what else is in it, credentials perhaps, it does not get. */
const INHERITED =
  /^(PATH|HOME|TMPDIR|TZ|PYTHON\w*|VIRTUAL_ENV|LD_LIBRARY_PATH|REQUESTS_CA_BUNDLE|SSL_CERT_(FILE|DIR)|CEPH_CONF)$/;

/** Beside this file as a source; what is built finds it through the package, because the command is one file. */
const programPath = (): string =>
  fileURLToPath(
    import.meta.filename.endsWith('.ts')
      ? new URL('./bridge/main.py', import.meta.url)
      : import.meta.resolve('scoria/cinder-bridge'),
  );

/** A Python that has Cinder, to which one driver at most is given. */
export class Python {
  readonly #process: SideProcess;
  onLog: (line: LogLine) => void = () => {};

  constructor(python: string) {
    const env = Object.entries(process.env).flatMap(([name, value]) =>
      INHERITED.test(name) && value !== undefined ? [[name, value] as const] : [],
    );
    this.#process = new SideProcess(python, ['-B', '-W', 'ignore', programPath()], {
      env: { ...Object.fromEntries(env), LC_ALL: 'C.UTF-8' },
      onLine: (line) => this.#heardLog(line),
      onStderr: (message) => this.onLog({ level: 'debug', from: 'standard error', message }),
    });
  }

  get over(): boolean {
    return this.#process.over;
  }

  /** Rejects with `PythonError`, or another error when the process ended before it answered. */
  async ask(question: object, signal?: AbortSignal): Promise<unknown> {
    const giveUp = () => this.kill('was given up and ended');
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    try {
      const answer = parsed(await this.#process.ask(JSON.stringify(question)));
      if ('answer' in answer) return answer.answer;
      throw new PythonError(answer.error);
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  kill(why: string): void {
    this.#process.kill(why);
  }

  #heardLog(line: string): boolean {
    if (!line.startsWith('{"log":')) return false;
    this.onLog((JSON.parse(line) as { readonly log: LogLine }).log);
    return true;
  }
}

const parsed = (line: string): Answer => {
  const answer = JSON.parse(line) as Answer;
  if (typeof answer === 'object' && answer !== null && ('answer' in answer || 'error' in answer)) return answer;
  throw new Error("the driver's process answered with something that is no answer");
};

/** How long a Python that was only asked about a class waits for a backend of it. */
const SPARE_MS = 10_000;
const spares = new Map<string, { readonly python: Python; readonly timer: NodeJS.Timeout }>();

const keyOf = ({ python, path }: ClassPlace): string => `${python}:${path}`;

/** Loading Cinder takes most of the time of a start, so that what described a class may be what serves it. */
export const spareOrNew = (place: ClassPlace): Python => {
  const kept = spares.get(keyOf(place));
  spares.delete(keyOf(place));
  clearTimeout(kept?.timer);
  return kept === undefined || kept.python.over ? new Python(place.python) : kept.python;
};

/** Of this class alone: what is loaded stays, with its options. */
export const keepSpare = (place: ClassPlace, python: Python): void => {
  const drop = () => {
    spares.delete(keyOf(place));
    python.kill('was not needed');
  };
  spares.set(keyOf(place), { python, timer: setTimeout(drop, SPARE_MS).unref() });
};
