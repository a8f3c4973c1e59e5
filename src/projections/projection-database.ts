import { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '../domain/event.ts';
import type { TableProjection } from './projection.ts';

/** A database that holds projections, and how to write to it without blocking others for long. */
export interface ProjectionDatabase {
  readonly db: DatabaseSync;
  /** Runs `work` in one write transaction. */
  write<Result>(work: () => Result): Promise<Result>;
  /** Called inside such a transaction with the last event that rows were made of. */
  followed?(last: RecordedEvent): void;
}

export interface MemoryDatabase extends ProjectionDatabase {
  writeNow<Result>(work: () => Result): Result;
}

/** A version has tables of its own, so that no process writes rows of a version that it does not run. */
export const prefixOf = ({ name, version }: TableProjection): string => `p_${name}_v${version}`;

/** A database of this process alone: it waits for nobody. */
export const memoryDatabase = (): MemoryDatabase => {
  const db = new DatabaseSync(':memory:');
  const writeNow = <Result>(work: () => Result): Result => {
    db.exec('BEGIN');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  return { db, writeNow, write: async (work) => writeNow(work) };
};
