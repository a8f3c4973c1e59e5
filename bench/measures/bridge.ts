import { join } from 'node:path';
import { type Bounds, figure, type Measure, rateRatio, type Subject } from '../measure.ts';
import { cinderlibCreates } from '../subjects.ts';

const WARM_UP = 200;
const MOST_CALL_US = 150;

const bridged =
  (bounds?: Bounds): Subject =>
  ({ directory, node, size }) => {
    const given = { volumes: size.createsOfCinderlib, calls: size.gets, warmUp: WARM_UP };
    return node('bridge.ts', { log: join(directory, 'scoria.db'), ...given }, bounds);
  };

/** A driver of Cinder's that does nothing, over the bridge; needs Debian's python3-cinder. */
export const bridge: Measure = {
  name: 'bridge',
  title: () => 'A call of a driver of Cinder in its side process, median',
  subjects: {
    scoria: bridged(),
    alone: bridged({ oneProcessor: true }),
    cinderlib: cinderlibCreates({ persistence: 'file', volumes: ({ size }) => size.createsOfCinderlib }),
    bare: ({ node, size }) => node('bare-bridge.ts', { calls: size.gets, warmUp: WARM_UP }),
  },
  own: ['scoria', 'callUs'],
  aims: [
    {
      title: () => 'A call of a driver of Cinder in its side process on one processor, median',
      own: ['alone', 'callUs'],
      needs: ['alone'],
      comparedWith: 'a Python that repeats the line (ratio: in 150 µs)',
      to: ['bare', 'callUs'],
      ratio: (round) => figure(round, 'alone', 'callUs') / MOST_CALL_US,
      bound: { atMost: 1 },
      ruin: { atMost: 10 },
    },
    {
      comparedWith: 'a Python that repeats the line (ratio: in 150 µs)',
      to: ['bare', 'callUs'],
      ratio: (round) => figure(round, 'scoria', 'callUs') / MOST_CALL_US,
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
