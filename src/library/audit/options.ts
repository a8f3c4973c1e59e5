/** How a log is sealed, and where its checkpoints' notes go. */
export interface AuditOptions {
  /** The file with the private key that signs, which only its owner may read. Without it, nothing is sealed. */
  readonly keyFile?: string;
  /**
   * Where every checkpoint's note is written, and what the log is compared with when it is opened: it must hold the
   * newest note. Belongs on another disk or host than the log, and to one log alone.
   */
  readonly notesDirectory?: string;
  /** A program and its arguments that get every checkpoint's note on standard input, to carry it further away. */
  readonly notesCommand?: readonly string[];
  /** Seal after so many events of this engine. */
  readonly everyEvents?: number | undefined;
  /** Seal when so much time has passed and something is new. */
  readonly everyMs?: number | undefined;
  /** Seal when the engine is closed: so unless given, where `everyEvents` or `everyMs` is. */
  readonly atClose?: boolean;
  /** A log that lacks the newest note of the directory is refused, unless it is opened to be looked at. */
  readonly ifRolledBack?: 'refuse' | 'open';
}
