import { join } from 'node:path';
import { figure, type Measure, rateRatio } from '../measure.ts';
import { cinderlibCreates } from '../subjects.ts';

const WARM_UP = 200;

/** A driver of Cinder's that does nothing, over the bridge; needs Debian's python3-cinder. */
export const bridge: Measure = {
  name: 'bridge',
  title: () => 'A call of a driver of Cinder in its side process, median',
  subjects: {
    scoria: ({ directory, node, size }) =>
      node('bridge.ts', {
        log: join(directory, 'scoria.db'),
        volumes: size.createsOfCinderlib,
        calls: size.gets,
        warmUp: WARM_UP,
      }),
    cinderlib: cinderlibCreates({ persistence: 'file', volumes: ({ size }) => size.createsOfCinderlib }),
    bare: ({ node, size }) => node('bare-bridge.ts', { calls: size.gets, warmUp: WARM_UP }),
  },
  own: ['scoria', 'callUs'],
  aims: [
    {
      comparedWith: 'a Python that repeats the line (ratio: in 150 µs)',
      to: ['bare', 'callUs'],
      ratio: (round) => figure(round, 'scoria', 'callUs') / 150,
      bound: { atMost: 1 },
      ruin: { atMost: 10 },
    },
    {
      title: () => 'Its start',
      comparedWith: 'a Python that repeats lines (ratio: seconds)',
      own: ['scoria', 'startMs'],
      to: ['bare', 'startMs'],
      ratio: (round) => figure(round, 'scoria', 'startMs') / 1e3,
      bound: { atMost: 1.5 },
      ruin: { atMost: 30 },
    },
    {
      title: () => 'Durable create over the bridge',
      comparedWith: 'cinderlib, in its own process, on its SQLite (share of the time)',
      own: ['scoria', 'perSecond'],
      to: ['cinderlib', 'perSecond'],
      ratio: (round) => 1 / rateRatio('scoria', 'cinderlib')(round),
      bound: { atMost: 1.1 },
      ruin: { atMost: 4 },
    },
  ],
};
