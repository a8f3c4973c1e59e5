const REMEMBERED_MS = 60_000;

/** An answer that is asked for again after a minute, as Cinder does; no failure is remembered. */
export class Remembered<Answer> {
  readonly #ask: () => Promise<Answer>;
  #last: { readonly atMs: number; readonly answer: Promise<Answer> } | undefined;

  constructor(ask: () => Promise<Answer>) {
    this.#ask = ask;
  }

  get(): Promise<Answer> {
    if (this.#last === undefined || performance.now() - this.#last.atMs > REMEMBERED_MS) return this.anew();
    return this.#last.answer;
  }

  anew(): Promise<Answer> {
    const asked = { atMs: performance.now(), answer: this.#ask() };
    this.#last = asked;
    asked.answer.catch(() => {
      if (this.#last === asked) this.#last = undefined;
    });
    return asked.answer;
  }
}
