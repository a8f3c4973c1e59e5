/** What a caller was told. */
export interface Acknowledged {
  readonly commandId: string;
  readonly command: string;
  /** `null` for what was done, the code of a rejection or of a failure of the log otherwise. */
  readonly code: string | null;
}

/** What says itself that it is not known how the command ended. */
export const LEAVE_OPEN: readonly (string | null)[] = ['OutcomeUnknown', 'LogUnavailable'];
