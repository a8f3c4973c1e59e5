import type { Lag } from '../library/lag.ts';
import type { ProjectionLag } from '../library/status.ts';
import { type Column, type Document, field } from './table.ts';

/** `34 events, the oldest 12 s old` */
export const lagText = ({ events, more, seconds }: Lag): string => {
  if (events === 0) return 'nothing';
  const many = `${events}${more ? ' or more' : ''} event${events === 1 && !more ? '' : 's'}`;
  return `${many}, the oldest ${Math.round(seconds ?? 0)} s old`;
};

/** A projection's name is its id. */
export const lagDocument = ({ name, version, moves, position, head, lag }: ProjectionLag): Document => ({
  id: name,
  name,
  version,
  moves,
  position: String(position),
  head: String(head),
  lag,
});

const lacks: Column = { header: 'LACKS', of: ({ lag }) => lagText(lag as Lag) };

export const LAG_COLUMNS: readonly Column[] = [
  field('name'),
  field('version'),
  field('moves'),
  field('position', 'position', 'right'),
  field('head', 'head', 'right'),
  lacks,
];
