import { figure, type Measure, rateRatio } from '../measure.ts';
import { bareCommits, cinderlibCreates, scoriaCreates } from '../subjects.ts';

export const durableCreate: Measure = {
  name: 'durable-create',
  title: () => 'Durable create, one caller',
  subjects: {
    scoria: scoriaCreates({ log: 'file', callers: 1, volumes: ({ size }) => size.creates }),
    cinderlib: cinderlibCreates({ persistence: 'file', volumes: ({ size }) => size.createsOfCinderlib }),
    bare: bareCommits('file'),
  },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: "cinderlib's SQLite",
      to: ['cinderlib', 'perSecond'],
      ratio: rateRatio('scoria', 'cinderlib'),
      bound: { atLeast: 4 },
      ruin: { atLeast: 1 },
    },
    {
      comparedWith: 'two bare durable commits',
      to: ['bare', 'pairsPerSecond'],
      ratio: (round) => figure(round, 'scoria', 'perSecond') / figure(round, 'bare', 'pairsPerSecond'),
      bound: { atLeast: 0.6 },
      ruin: { atLeast: 0.08 },
    },
  ],
};
