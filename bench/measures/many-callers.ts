import { type Measure, rateRatio } from '../measure.ts';
import { bareCommits, cinderlibCreates, scoriaCreates } from '../subjects.ts';

/** cinderlib holds one session and works for one caller at a time: its figure is that of one caller. */
export const manyCallers: Measure = {
  name: 'many-callers',
  title: () => 'Durable create, 64 callers',
  subjects: {
    scoria: scoriaCreates({ log: 'file', callers: 64, volumes: ({ size }) => size.createsOfMany }),
    cinderlib: cinderlibCreates({ persistence: 'file', volumes: ({ size }) => size.createsOfCinderlib }),
    bare: bareCommits('file'),
  },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: "cinderlib's SQLite",
      to: ['cinderlib', 'perSecond'],
      ratio: rateRatio('scoria', 'cinderlib'),
      bound: { atLeast: 40 },
      ruin: { atLeast: 5 },
    },
    {
      comparedWith: 'bare durable commits',
      to: ['bare', 'perSecond'],
      ratio: rateRatio('scoria', 'bare'),
      ruin: { atLeast: 0.1 },
    },
  ],
};
