import { defineProjection } from '../src/index.ts';
import { at } from './points/points.ts';

/** How many events of each type there are: a projection whose fold may be the last that a process does. */
export const tally = defineProjection<number>({
  name: 'tally',
  version: 1,
  fold(rows, { type }) {
    at('tally: in its fold');
    rows.set(type, (rows.get(type) ?? 0) + 1);
  },
});
