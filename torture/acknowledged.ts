/** What a caller was told. */
export interface Acknowledged {
  readonly commandId: string;
  readonly command: string;
  /** `null` for what was done, the code of a rejection otherwise. */
  readonly code: string | null;
}
