import { type Measure, rateRatio } from '../measure.ts';
import { bareCommits, cinderlibCreates, scoriaCreates } from '../subjects.ts';

export const inMemory: Measure = {
  name: 'in-memory',
  title: () => 'Create in memory, with the full history',
  subjects: {
    scoria: scoriaCreates({ log: 'memory', callers: 1, volumes: ({ size }) => size.volumes }),
    cinderlib: cinderlibCreates({ persistence: 'memory', volumes: ({ size }) => size.volumes }),
    bare: bareCommits('memory'),
  },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: "cinderlib's memory, which keeps no history",
      to: ['cinderlib', 'perSecond'],
      ratio: rateRatio('scoria', 'cinderlib'),
      bound: { atLeast: 1.5 },
      ruin: { atLeast: 0.2 },
    },
    {
      comparedWith: 'bare inserts into a database in memory',
      to: ['bare', 'perSecond'],
      ratio: rateRatio('scoria', 'bare'),
      ruin: { atLeast: 0.0002 },
    },
  ],
};
