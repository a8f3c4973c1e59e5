export interface Question {
  readonly id: number;
  readonly method: string;
  readonly given: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** A `DriverFailure`: the effect did not happen. */
  readonly failure?: { readonly message: string; readonly remedy: string };
  /** Any other error. */
  readonly error?: string;
}

/** One line. Sizes in bytes go as decimal text. */
export const sent = (message: Question | Answer): string =>
  `${JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? String(value) : value))}\n`;

export const understood = <Message extends Question | Answer>(line: string): Message =>
  JSON.parse(line, (key, value) => (key === 'sizeBytes' && value !== null ? BigInt(value) : value));
