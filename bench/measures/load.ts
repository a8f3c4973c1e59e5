import { join } from 'node:path';
import { type Measure, timesFaster } from '../measure.ts';
import { bareScan } from '../subjects.ts';

export const load: Measure = {
  name: 'load',
  title: () => 'Load of that dump into a new log',
  subjects: {
    scoria: async ({ directory, prepared, node }) =>
      node('load.ts', { log: join(directory, 'scoria.db'), dump: await prepared.dump() }),
    cinderlib: async ({ directory, prepared, cinderlib }) =>
      cinderlib('load', { persistence: join(directory, 'cinderlib.sqlite'), dump: await prepared.cinderlibDump() }),
    bare: bareScan(({ prepared }) => prepared.volumesLog()),
  },
  own: ['scoria', 'ms'],
  mostRounds: 2,
  aims: [
    {
      comparedWith: "cinderlib's SQLite",
      to: ['cinderlib', 'ms'],
      ratio: timesFaster(['scoria', 'ms'], ['cinderlib', 'ms']),
      bound: { atLeast: 40 },
      ruin: { atLeast: 4 },
    },
    {
      comparedWith: 'a bare scan of the record that it came from',
      to: ['bare', 'ms'],
      ratio: timesFaster(['scoria', 'ms'], ['bare', 'ms']),
      ruin: { atLeast: 0.003 },
    },
  ],
};
