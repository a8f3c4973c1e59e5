import type { SqlPlace, SqlServer } from '../../../src/eventlog/sql/server.ts';

export type Role = 'owner' | 'application' | 'reader' | 'stranger';

/** A throw-away server, and what a test does with it besides keeping a log there. */
export interface TestServer {
  readonly product: string;
  /** The how-to page about it. */
  readonly page: string;
  /** What the how-to page tells a role to be given. */
  grants(role: 'application' | 'reader', user: string): readonly string[];
  /** A database without tables. */
  newDatabase(): Promise<string>;
  place(database: string, role?: Role): SqlPlace;
  server(place: SqlPlace): SqlServer;
  /** As `--log` takes it, with a reference to the credential. */
  url(database: string, role?: Role): string;
  /** Runs statements as the server's administrator. */
  admin(database: string, ...statements: readonly string[]): Promise<readonly (readonly unknown[])[]>;
  /** Runs a statement as a role. */
  as(role: Role, database: string, sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Where its files are. */
  readonly directory: string;
  /** Ends connections of a database from the server's side. */
  endConnections(database: string): Promise<void>;
  start(settings?: readonly string[]): Promise<void>;
  /** As a server is that only repeats what another one does. */
  startReadOnly(): Promise<void>;
  /** As in a restart: waits for nobody. */
  stop(): Promise<void>;
  /** As in a crash. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export const PASSWORD = 'not-for-the-record';
export const PASSWORD_VARIABLE = 'SCORIA_TEST_LOG_PASSWORD';
