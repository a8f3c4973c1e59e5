/** How far long work is. */
export interface Progress {
  readonly work: 'catch-up' | 'copy' | 'import' | 'load' | 'rebuild' | 'replay' | 'verify' | 'wipe';
  /** What is caught up, copied, loaded, ...: for people. */
  readonly subject: string;
  readonly unit: 'bytes' | 'events';
  readonly done: number;
  /** `null` when it is not known before the end. */
  readonly total: number | null;
}

/** Who waits for long work. */
export interface Onlooker {
  /** Aborted when they want no more of it. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then while long work goes on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
