import type { Problem } from '../../config/problem.ts';
import { printable } from '../printable.ts';
import type { Document } from '../table.ts';
import { whereText } from './where.ts';

/** A problem for people: where it is, what was wrong, and below it what would be right. */
export const problemText = ({ place, field, message, remedy }: Problem): string =>
  `${printable([whereText(place), field, message].filter((part) => part !== '').join(': '))}\n  hint: ${printable(remedy)}`;

/** The same for programs. */
export const problemDocument = ({ place: { source: _source, ...place }, ...problem }: Problem): Document => ({
  ...place,
  ...problem,
});
