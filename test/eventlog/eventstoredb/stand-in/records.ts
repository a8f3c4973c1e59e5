import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** An event as the database keeps it. Its commit and prepare positions are the same: it was committed by itself. */
export interface DatabaseRecord extends ProposedEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly created: bigint;
}

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

/** The revision of a tombstone. */
export const TOMBSTONE = 2n ** 63n - 1n;

const textOf = (records: readonly DatabaseRecord[]): string =>
  JSON.stringify(
    records.map((record) => ({
      ...record,
      position: String(record.position),
      revision: String(record.revision),
      created: String(record.created),
      data: record.data.toString('base64'),
      metadata: record.metadata.toString('base64'),
    })),
  );

const recordsOf = (line: string): readonly DatabaseRecord[] =>
  JSON.parse(line, (key, value) => {
    if (key === 'position' || key === 'revision' || key === 'created') return BigInt(value);
    return key === 'data' || key === 'metadata' ? Buffer.from(value, 'base64') : value;
  });

/** A line for each write, so that a write is there whole or not at all. A process that is killed loses none. */
export const openRecordsFile = (file: string) => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (text !== whole) truncateSync(file, Buffer.byteLength(whole));
  return {
    records: whole.split('\n').filter(Boolean).flatMap(recordsOf),
    write: (records: readonly DatabaseRecord[]) => appendFileSync(file, `${textOf(records)}\n`),
  };
};
