import type { Place } from '../../config/problem.ts';

/** Where a setting stands, for people. */
export const whereText = (place: Place): string => {
  if (place.source === 'file') return `${place.file}:${place.line}:${place.column}`;
  return place.source === 'environment' ? place.variable : 'command line';
};
