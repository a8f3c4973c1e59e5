import type { Migration } from './server.ts';

/**
 * Names and bodies are bytes, so that no character set and no collation has a say. Positions are given by the log,
 * under the lock of the one row of `scoria_turn`: AUTO_INCREMENT gives them to transactions that end in another order.
 *
 * A change of tables ends the transaction it stands in: each statement can be run again after one that failed.
 */
export const mysqlMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS scoria_events (
        position BIGINT NOT NULL PRIMARY KEY,
        stream VARBINARY(1000) NOT NULL,
        revision BIGINT NOT NULL,
        id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        body LONGBLOB NOT NULL,
        hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        UNIQUE KEY scoria_events_of_stream (stream, revision),
        CHECK (position > 0),
        CHECK (revision >= 0),
        CHECK (length(hash) = 64)
      ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
      'CREATE TABLE IF NOT EXISTS scoria_turn (id INT NOT NULL PRIMARY KEY) ENGINE = InnoDB',
      'INSERT IGNORE INTO scoria_turn (id) VALUES (1)',
      `CREATE TABLE IF NOT EXISTS scoria_leases (
        executor VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
        counter BIGINT NOT NULL,
        length_ms BIGINT NOT NULL
      ) ENGINE = InnoDB`,
      'DROP TRIGGER IF EXISTS scoria_events_are_not_changed',
      `CREATE TRIGGER scoria_events_are_not_changed BEFORE UPDATE ON scoria_events FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'events are not changed'`,
      'DROP TRIGGER IF EXISTS scoria_events_are_not_deleted',
      `CREATE TRIGGER scoria_events_are_not_deleted BEFORE DELETE ON scoria_events FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'events are not deleted'`,
    ],
  },
  {
    version: 2,
    statements: [
      `CREATE TABLE IF NOT EXISTS scoria_key_store (
        one INT NOT NULL PRIMARY KEY,
        master_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
      ) ENGINE = InnoDB`,
      'INSERT IGNORE INTO scoria_key_store (one) VALUES (1)',
      `CREATE TABLE IF NOT EXISTS scoria_keys (
        scope VARBINARY(1000) NOT NULL PRIMARY KEY,
        id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
        master_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        wrapped VARBINARY(1000) NOT NULL
      ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
      `CREATE TABLE IF NOT EXISTS scoria_destroyed_keys (
        id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        scope VARBINARY(1000) NOT NULL,
        KEY scoria_destroyed_keys_of_scope (scope)
      ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
    ],
  },
];
