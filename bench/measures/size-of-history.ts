import { figure, type Measure, type Round, type Run, type Subject } from '../measure.ts';
import { counted } from '../size.ts';

const opened =
  (log: (run: Run) => Promise<string>): Subject =>
  async (run) =>
    run.node('open.ts', { log: await log(run), times: 40 });

const extended =
  (log: (run: Run) => Promise<string>, volume: string): Subject =>
  async (run) =>
    run.node('extend.ts', { log: await log(run), volume, operations: run.size.operations });

const small = ({ prepared }: Run) => prepared.smallLog();
const large = ({ prepared }: Run) => prepared.largeLog();

const timesAsLong = (subject: string, other: string) => (round: Round) =>
  figure(round, subject, 'ms') / figure(round, other, 'ms');

export const opening: Measure = {
  name: 'opening',
  title: ({ largeLog }) => `Opening a log of ${counted(largeLog)} events`,
  subjects: { scoria: opened(large), small: opened(small) },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'opening a log of five events',
      to: ['small', 'ms'],
      ratio: timesAsLong('scoria', 'small'),
      bound: { atMost: 1.1 },
      ruin: { atMost: 5 },
    },
  ],
};

export const oneOperation: Measure = {
  name: 'one-operation',
  title: ({ largeLog }) => `One operation at ${counted(largeLog)} events in the log`,
  subjects: { scoria: extended(large, 'volume-1'), long: extended(large, 'first'), small: extended(small, 'volume-1') },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'one in a small log',
      to: ['small', 'ms'],
      ratio: timesAsLong('scoria', 'small'),
      bound: { atMost: 1.1 },
      ruin: { atMost: 15 },
    },
    {
      title: ({ longStream }) => `One operation on a volume with ${counted(longStream)} events of its own`,
      comparedWith: 'one in a small log',
      own: ['long', 'ms'],
      needs: ['long'],
      to: ['small', 'ms'],
      ratio: timesAsLong('long', 'small'),
      bound: { atMost: 1.1 },
      ruin: { atMost: 15 },
    },
  ],
};
