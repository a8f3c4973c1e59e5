import type { StoredEvent } from '../../domain/event.ts';
import type { Page } from '../paged-reader.ts';

/** A page ends at whichever comes first: a reader holds little, and its garbage dies young. */
export const PAGE_EVENTS = 1_000;
export const PAGE_BYTES = 4 * 1024 * 1024;

/** As both servers give it: numbers that may be large as text, names and bodies as the bytes that are stored. */
export type EventRow = readonly [
  position: string,
  stream: Buffer,
  revision: string,
  id: string,
  body: Buffer,
  hash: string,
];

const COLUMNS = 'position, stream, revision, id, body, hash';

/**
 * The rows that `where` picks, in `order`, up to a page: so many, and none that begins after so many bytes. Bodies are kept
 * out of what is summed up, because a server would write them into a table on its disk for that.
 */
export const pageQuery = (where: string, order: string): string => `
  SELECT ${COLUMNS} FROM scoria_events INNER JOIN (
    SELECT position, sum(bytes) OVER (ORDER BY position) - bytes AS bytes_before
    FROM (SELECT position, octet_length(body) AS bytes FROM scoria_events WHERE ${where} ORDER BY ${order} LIMIT ${PAGE_EVENTS}) AS picked
  ) AS measured USING (position) WHERE bytes_before < ${PAGE_BYTES} ORDER BY position`;

const eventOf = ([position, stream, revision, id, body, hash]: EventRow): StoredEvent => ({
  position: BigInt(position),
  stream: stream.toString(),
  revision: BigInt(revision),
  id,
  body: body.toString(),
  hash,
});

export const pageOf = (rows: readonly EventRow[]): Page => {
  const bytes = rows.reduce((sum, [, , , , body]) => sum + body.length, 0);
  return { events: rows.map(eventOf), full: rows.length === PAGE_EVENTS || bytes >= PAGE_BYTES };
};

/** A number that may be large, or `none` where there is no row to have it. */
export const numberOr = (none: bigint, value: string | null | undefined): bigint =>
  value === null || value === undefined ? none : BigInt(value);
