/** The first thing that does not hold, and where. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** Of the export, from 1; `null` where no line is at fault. */
  readonly line: number | null;
  /** The position of the event, where the line is one. */
  readonly position: string | null;

  constructor(what: string, at: { readonly line?: number; readonly position?: string } = {}) {
    super(what);
    this.line = at.line ?? null;
    this.position = at.position ?? null;
  }
}
