const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof EXIT_CODES;

/** So long what is under way may take before one is told that it comes to its end first. */
const NOTICE_MS = 300;

/** The command was stopped by a signal, which is no error of anybody's. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: Signal;
  readonly exitCode: number;

  constructor(signal: Signal, message = 'stopped before it was done; nothing was changed') {
    super(message);
    this.signal = signal;
    this.exitCode = EXIT_CODES[signal];
  }
}

const controller = new AbortController();
/** A verb that goes on until it is stopped does not fail when it is. */
let awaited = false;

/** Aborted by the first signal, with an `Interrupted`: what is under way ends cleanly. */
export const interruption: AbortSignal = controller.signal;

export const untilInterrupted = (): AbortSignal => {
  awaited = true;
  return interruption;
};

/** The signal that stopped the command, unless the command waited for it. */
export const stoppedBy = (): Interrupted | null =>
  interruption.aborted && !awaited ? (interruption.reason as Interrupted) : null;

/** Work that says itself what an interruption leaves. */
export const leaving = async <Answer>(state: string, work: Promise<Answer>): Promise<Answer> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(error.signal, state) : error;
  }
};

/** The first signal lets what is under way end; the second does not. */
export const watchSignals = (json: boolean): void => {
  for (const signal of Object.keys(EXIT_CODES) as Signal[]) {
    process.on(signal, () => {
      // The programs that drivers started end with this process.
      if (interruption.aborted) process.exit(EXIT_CODES[signal]);
      controller.abort(new Interrupted(signal));
      if (!json) setTimeout(notice, NOTICE_MS).unref();
    });
  }
};

const notice = (): void => {
  process.stderr.write(
    'stopping: what is under way has some seconds to come to its end; interrupt again to leave at once\n',
  );
};
