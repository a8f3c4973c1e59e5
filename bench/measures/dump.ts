import { join } from 'node:path';
import { type Measure, timesFaster } from '../measure.ts';
import { counted } from '../size.ts';
import { bareScan } from '../subjects.ts';

export const dump: Measure = {
  name: 'dump',
  title: ({ volumes }) => `Dump of ${counted(volumes)} volumes, folded from the first event`,
  subjects: {
    scoria: async ({ directory, prepared, node }) =>
      node('dump.ts', { log: await prepared.volumesLog(), to: join(directory, 'dump.json') }),
    cinderlib: ({ directory, size, cinderlib }) =>
      cinderlib('dump', { volumes: size.volumes, to: join(directory, 'dump.json') }),
    bare: bareScan(({ prepared }) => prepared.volumesLog()),
  },
  own: ['scoria', 'dumpMs'],
  aims: [
    {
      comparedWith: "cinderlib's memory",
      to: ['cinderlib', 'dumpMs'],
      ratio: timesFaster(['scoria', 'dumpMs'], ['cinderlib', 'dumpMs']),
      bound: { atLeast: 4 },
      ruin: { atLeast: 0.5 },
    },
    {
      comparedWith: 'a bare scan of the same events',
      to: ['bare', 'ms'],
      ratio: timesFaster(['scoria', 'dumpMs'], ['bare', 'ms']),
      ruin: { atLeast: 0.02 },
    },
  ],
};
