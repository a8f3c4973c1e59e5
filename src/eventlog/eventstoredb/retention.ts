import type { Connection } from './connection.ts';
import { logTruncated } from './faults.ts';

const METASTREAM = '$$';

/** Also the streams that hold the metadata of the record's streams. */
export const withMetadataOf = (streams: string): readonly string[] => [streams, METASTREAM + streams];

export const isMetadataOf = (streams: string, streamId: string): boolean => streamId.startsWith(METASTREAM + streams);

/** Throws when the stream's metadata lets the server drop events of it. */
export const assertKept = async (connection: Connection, stream: string): Promise<void> => {
  const { maxCount, maxAge, truncateBefore } = await connection.metadataOf(stream);
  const limits = { $maxCount: maxCount, $maxAge: maxAge, $tb: truncateBefore };
  const [limit] = Object.entries(limits).filter(([, value]) => value !== undefined);
  if (limit === undefined) return;
  throw logTruncated(
    connection.name,
    stream,
    `is set to lose its events: ${limit[0]} of its metadata is ${limit[1]}`,
    `take ${limit[0]} off its metadata before the next scavenge, then see with \`scoria audit verify\` that nothing is missing`,
  );
};

/** The same of the stream whose metadata changed. */
export const assertStillKept = (connection: Connection, metastream: string): Promise<void> =>
  assertKept(connection, metastream.slice(METASTREAM.length));
