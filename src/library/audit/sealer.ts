import { ScoriaError } from '../../domain/errors.ts';
import type { Logger } from '../../logging.ts';
import type { AuditOptions } from './options.ts';

type Seal = (reason: string) => Promise<unknown>;

/** Seals a log that stays open: by count, by time, and at its end. One sealing at a time; what comes meanwhile waits. */
export class Sealer {
  readonly #seal: Seal;
  readonly #options: AuditOptions;
  readonly #log: Logger;
  #events = 0;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(seal: Seal, options: AuditOptions, log: Logger) {
    this.#seal = seal;
    this.#options = options;
    this.#log = log;
  }

  get policy(): Pick<AuditOptions, 'everyEvents' | 'everyMs'> {
    const { everyEvents, everyMs } = this.#options;
    return { everyEvents, everyMs };
  }

  start(): void {
    const { everyMs } = this.#options;
    if (everyMs === undefined) return;
    this.#timer = setInterval(() => void this.#sealNow(`every ${everyMs / 1000} s`), everyMs);
    this.#timer.unref();
  }

  appended(events: number): void {
    const { everyEvents } = this.#options;
    if (everyEvents === undefined) return;
    this.#events += events;
    if (this.#events >= everyEvents && this.#running === null) void this.#sealNow(`every ${everyEvents} events`);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    const { everyEvents, everyMs, atClose = everyEvents !== undefined || everyMs !== undefined } = this.#options;
    if (atClose) await this.#sealNow('at close');
  }

  /** Never fails: what could not be sealed now is part of the next checkpoint, and the log says why. */
  #sealNow(reason: string): Promise<void> {
    this.#running ??= this.#untilCaughtUp(reason).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** What was recorded meanwhile may be enough for another checkpoint. */
  async #untilCaughtUp(reason: string): Promise<void> {
    const { everyEvents = Number.POSITIVE_INFINITY } = this.#options;
    for (let isSealed = true; isSealed; ) {
      this.#events = 0;
      isSealed = (await this.#attempt(reason)) && this.#events >= everyEvents;
    }
  }

  async #attempt(reason: string): Promise<boolean> {
    try {
      await this.#seal(reason);
      return true;
    } catch (error) {
      const code = error instanceof ScoriaError ? error.code : null;
      const why = error instanceof Error ? error.message : String(error);
      this.#log.error({ operation: 'SealLog', code }, `The log could not be sealed: ${why}`);
      return false;
    }
  }
}
