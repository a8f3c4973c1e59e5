import { ConnectorFailure } from './contract.ts';

/**
 * Steps of a removal. By force it goes on past what fails, and says at the end what did. Otherwise the first failure
 * ends it: a `ConnectorFailure` only before anything was removed.
 */
export class Removal {
  readonly #force: boolean;
  readonly #failed: string[] = [];
  #begun = false;

  constructor(force: boolean) {
    this.#force = force;
  }

  /** What must hold before anything is removed. */
  async check(step: () => Promise<void>): Promise<void> {
    await this.#go(step);
  }

  async remove(step: () => Promise<void>): Promise<void> {
    await this.#go(step);
    this.#begun = true;
  }

  end(): void {
    if (this.#failed.length > 0) throw new Error([...new Set(this.#failed)].join('; '));
  }

  async #go(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const { message } = error as Error;
      if (this.#force) this.#failed.push(message);
      else throw this.#begun && error instanceof ConnectorFailure ? new Error(message, { cause: error }) : error;
    }
  }
}

/** After an attachment that failed, when nobody has written yet. What cannot be undone makes the end unknown. */
export const undone = async (cause: Error, undo: () => Promise<void>): Promise<void> => {
  await undo().catch((left: Error) => {
    throw new Error(`${cause.message}; then it could not be undone: ${left.message}`, { cause });
  });
};
