import { type Measure, type Subject, timesFaster } from '../measure.ts';
import { counted } from '../size.ts';
import { bareScan } from '../subjects.ts';

/** Lists, then gets: one subject measures both, so that cinderlib's slow one runs once. */
const scoria: Subject = async ({ size, prepared, node }) =>
  node('read.ts', { log: await prepared.volumesLog(), gets: size.gets });

const cinderlib: Subject = async (run) =>
  run.cinderlib('read', { persistence: await run.prepared.cinderlibDatabase(), gets: 200 });

export const reads: Measure = {
  name: 'reads',
  title: ({ volumes }) => `First list of ${counted(volumes)} volumes in a process`,
  subjects: { scoria, cinderlib, bare: bareScan(({ prepared }) => prepared.volumesLog()) },
  own: ['scoria', 'listMs'],
  mostRounds: 3,
  aims: [
    {
      comparedWith: "cinderlib's SQLite",
      to: ['cinderlib', 'listMs'],
      ratio: timesFaster(['scoria', 'listMs'], ['cinderlib', 'listMs']),
      bound: { atLeast: 200 },
      ruin: { atLeast: 20 },
    },
    {
      title: () => 'One volume by its id',
      comparedWith: "cinderlib's SQLite",
      own: ['scoria', 'getUs'],
      to: ['cinderlib', 'getUs'],
      ratio: timesFaster(['scoria', 'getUs'], ['cinderlib', 'getUs']),
      bound: { atLeast: 300 },
      ruin: { atLeast: 30 },
    },
    {
      comparedWith: 'a bare scan of the record',
      to: ['bare', 'ms'],
      ratio: timesFaster(['scoria', 'listMs'], ['bare', 'ms']),
      ruin: { atLeast: 0.1 },
    },
  ],
};
