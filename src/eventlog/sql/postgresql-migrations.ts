import type { Migration } from './server.ts';

/**
 * Names and bodies are bytes: a text of PostgreSQL holds no NUL, compares by collation and is converted between
 * encodings. Positions are given by the log, under its lock: a sequence gives them to transactions that end in another
 * order.
 */
export const postgresqlMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE scoria_events (
        position bigint PRIMARY KEY CHECK (position > 0),
        stream bytea NOT NULL,
        revision bigint NOT NULL CHECK (revision >= 0),
        id text COLLATE "C" NOT NULL,
        body bytea NOT NULL,
        hash text COLLATE "C" NOT NULL CHECK (length(hash) = 64),
        UNIQUE (stream, revision)
      )`,
      `CREATE TABLE scoria_leases (
        executor text COLLATE "C" PRIMARY KEY, counter bigint NOT NULL, length_ms bigint NOT NULL)`,
      `CREATE FUNCTION scoria_events_stay() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'events are not changed and not deleted'; END $$`,
      `CREATE TRIGGER scoria_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON scoria_events
        FOR EACH STATEMENT EXECUTE FUNCTION scoria_events_stay()`,
    ],
  },
  {
    version: 2,
    statements: [
      `CREATE TABLE scoria_key_store (
        one int PRIMARY KEY CHECK (one = 1), master_key text COLLATE "C")`,
      'INSERT INTO scoria_key_store (one) VALUES (1)',
      `CREATE TABLE scoria_keys (
        scope bytea PRIMARY KEY,
        id text COLLATE "C" NOT NULL UNIQUE,
        master_key text COLLATE "C" NOT NULL,
        wrapped bytea NOT NULL
      )`,
      `CREATE TABLE scoria_destroyed_keys (
        id text COLLATE "C" PRIMARY KEY, scope bytea NOT NULL)`,
      'CREATE INDEX scoria_destroyed_keys_of_scope ON scoria_destroyed_keys (scope)',
    ],
  },
];
