import type { KeyObject } from 'node:crypto';

/** What credentials of one volume are sealed under. */
export interface DataKey {
  readonly id: string;
  /** AES-256. */
  readonly key: KeyObject;
}

/** How many keys stand under which master key now. */
export interface RotatedMaster {
  readonly keys: number;
  /** The new master key's fingerprint, which tells nothing of it. */
  readonly master_key: string;
}

/**
 * Where data keys are: apart from the log, so that whoever has the log alone has no credential, and so that a key can be
 * destroyed where an event cannot. A scope is a volume's stream.
 */
export interface KeyStore {
  /** The scope's key to seal under. One that is made is durable before it is answered. */
  current(scope: string): Promise<DataKey>;
  /** `destroyed` once it was shredded, `null` where it never was: in another key store, perhaps. */
  find(scope: string, id: string): Promise<DataKey | 'destroyed' | null>;
  /** Whether the scope has a key. */
  holds(scope: string): Promise<boolean>;
  /** Destroys the scope's keys, durably, and answers the ids of all that it ever had. May be repeated. */
  destroy(scope: string): Promise<readonly string[]>;
  /** Throws `KeyStoreUnavailable` where no key could be had for the scope now. Makes none. */
  assertReady?(scope: string): Promise<void>;
  /** Wraps all keys by another master key: the one that this refers to, or a new one where the store made its own. */
  rotateMaster?(next: string | null): Promise<RotatedMaster>;
  close(): Promise<void>;
}
