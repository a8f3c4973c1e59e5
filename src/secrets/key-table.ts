/** A key as it is kept: wrapped, so that whoever reads the table has no key. */
export interface KeptKey {
  readonly id: string;
  readonly scope: string;
  /** The fingerprint of the master key that it is wrapped by. */
  readonly master_key: string;
  readonly wrapped: Uint8Array;
}

/**
 * Where wrapped keys are kept. Each call is one durable transaction, and those of several processes come one after the
 * other. Throws `KeyStoreUnavailable`.
 */
export interface KeyTable {
  /** For people: the path of a file, or a log's name. */
  readonly name: string;
  /** Makes the table where none is yet. */
  make(): Promise<void>;
  /** The fingerprint of the master key that keys are wrapped by; `null` before the first. */
  masterKey(): Promise<string | null>;
  /** The scope's key that is not destroyed. */
  current(scope: string): Promise<KeptKey | null>;
  one(scope: string, id: string): Promise<KeptKey | 'destroyed' | null>;
  /**
   * The key that the scope has afterwards: this one, or another process's that was faster; `null`, and nothing is kept,
   * when the master key is not this one's any more.
   */
  insert(key: KeptKey): Promise<KeptKey | null>;
  /** Destroys the scope's keys, and answers the ids of all that it ever had. */
  destroy(scope: string): Promise<readonly string[]>;
  /** Gives all keys that are not destroyed another form, under the master key of that fingerprint. Answers how many. */
  rewrap(master_key: string, rewrapped: (key: KeptKey) => Uint8Array): Promise<number>;
  close(): Promise<void>;
}
