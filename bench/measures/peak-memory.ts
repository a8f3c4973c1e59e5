import { join } from 'node:path';
import { figure, type Measure } from '../measure.ts';
import { counted } from '../size.ts';

export const peakMemory: Measure = {
  name: 'peak-memory',
  title: ({ volumes }) => `Peak memory of creating, listing and dumping ${counted(volumes)} volumes`,
  subjects: {
    scoria: ({ directory, size, node }) =>
      node('peak-memory.ts', { log: join(directory, 'scoria.db'), volumes: size.volumes }),
    cinderlib: ({ directory, size, cinderlib }) =>
      cinderlib('dump', { volumes: size.volumes, to: join(directory, 'dump.json') }),
    bare: ({ node }) => node('bare-memory.ts', {}),
  },
  own: ['scoria', 'peakMiB'],
  mostRounds: 3,
  aims: [
    {
      comparedWith: "cinderlib's memory",
      to: ['cinderlib', 'peakMiB'],
      ratio: (round) => figure(round, 'scoria', 'peakMiB') / figure(round, 'cinderlib', 'peakMiB'),
      bound: { atMost: 0.4 },
      ruin: { atMost: 1.5 },
    },
    {
      comparedWith: 'Node.js alone',
      to: ['bare', 'peakMiB'],
      ratio: (round) => figure(round, 'scoria', 'peakMiB') / figure(round, 'bare', 'peakMiB'),
      ruin: { atMost: 6 },
    },
  ],
};
