import { describe, expect, it } from 'vitest';
import { derivedTransaction, writeTransaction } from '../../src/eventlog/write-transaction.ts';
import { scratch } from './scratch.ts';

const { file: newFile, open } = scratch();

/** As SQLite numbers them. */
const [NORMAL, FULL] = [1, 2];

const never = (busy: unknown): never => {
  throw busy;
};

describe('a transaction of what is made of the events', () => {
  it('does not wait for the disk, and every other one does, before and after, also when it fails', async () => {
    const { database } = await open(newFile());
    const synchronous = () => database.prepare('PRAGMA synchronous').get()?.synchronous;
    expect(await writeTransaction(database, synchronous, never)).toBe(FULL);
    expect(await derivedTransaction(database, synchronous, never)).toBe(NORMAL);
    expect(await writeTransaction(database, synchronous, never)).toBe(FULL);
    const failing = derivedTransaction(database, () => never('broken'), never);
    await expect(failing).rejects.toBe('broken');
    expect(await writeTransaction(database, synchronous, never)).toBe(FULL);
  });
});
