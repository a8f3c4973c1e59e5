import type { StoredEvent } from '../../domain/event.ts';
import type { Leases } from '../leases.ts';
import type { PagedRecords } from '../paged-reader.ts';

/** What is asked of the server's certificate, and what this side shows. */
export interface SqlTls {
  readonly verify: 'nothing' | 'authority' | 'identity';
  /** PEM; the system's own authorities where none is given. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Where a server is, and who comes to it. */
export interface SqlPlace {
  /** For people: `postgres://db.example:5432/scoria`. Holds no credential. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** A directory (PostgreSQL) or a socket (MySQL), where the server is reached without a network. */
  readonly socket: string | null;
  readonly user: string;
  readonly database: string;
  /** Asked at every connection, so that a password may be changed meanwhile; `null` where the client finds its own. */
  readonly password: (() => Promise<string>) | null;
  /** `null` for a connection that is not encrypted. */
  readonly tls: SqlTls | null;
  /** How long another process may hold the lock that appends take turns by. */
  readonly lockTimeoutMs: number;
}

/** Where the log and some of its streams end; `-1n` for a stream that holds nothing. */
export interface Heads {
  readonly position: bigint;
  readonly revisions: readonly bigint[];
}

/** One connection in the words of its server. Nothing of its client's leaves it. */
export interface SqlSession extends PagedRecords {
  /** False when the connection is known to have ended. */
  usable(): boolean;
  /** Begins a transaction; until it ends, no other one gets past this call. */
  begin(): Promise<void>;
  heads(streams: readonly string[]): Promise<Heads>;
  insert(events: readonly StoredEvent[]): Promise<void>;
  commit(): Promise<void>;
  readonly leases: Leases;
  /** Runs a statement over other tables than the record's, with a `?` for each value. */
  rows<Row extends readonly unknown[]>(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** What the schema's newest migration is, `0` before the first. */
  schemaVersion(): Promise<number>;
  /** Runs migrations, none of which happened before; no other process does so at the same time. */
  migrate(plan: (version: number) => readonly Migration[]): Promise<void>;
  end(): Promise<void>;
  /** Ends the connection at once, and with it the transaction. */
  discard(): void;
}

export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/** What a failure means. */
export interface Fault {
  /** Trying again may end otherwise: the server is away, or another transaction was in the way. */
  readonly passing: boolean;
  /** In the log's words; as it was where only a mistake of ours can cause it. */
  readonly error: unknown;
}

/** A kind of server, as the log sees it. */
export interface SqlServer {
  readonly place: SqlPlace;
  readonly migrations: readonly Migration[];
  /** How soon a subscriber looks by itself for what other processes append. */
  readonly pollMs: number;
  /** Connects, and refuses a server that would acknowledge what is not on its disk. */
  connect(): Promise<SqlSession>;
  /** Calls `heard` when some process has appended, and whenever it may have missed that. */
  listen?(heard: () => void): { close(): Promise<void> };
  faultOf(error: unknown): Fault;
}
