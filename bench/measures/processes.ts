import { join } from 'node:path';
import { type Figures, figure, type Measure, rateRatio, type Subject } from '../measure.ts';

/** Until all have opened the log and warmed up. */
const HEAD_START_MS = 1_500;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const together = (processes: readonly Figures[]): Figures => {
  const rates = processes.map(({ perSecond = 0 }) => perSecond);
  const equalPerSecond = sum(rates) / rates.length;
  const farthest = Math.max(...rates.map((rate) => Math.abs(rate - equalPerSecond)));
  return {
    perSecond: sum(rates),
    equalPerSecond,
    leastPerSecond: Math.min(...rates),
    unfairness: farthest / equalPerSecond,
    longestMs: Math.max(...processes.map(({ longestMs = 0 }) => longestMs)),
  };
};

const contending =
  (count: number): Subject =>
  async ({ directory, size, node }) => {
    const log = join(directory, 'scoria.db');
    const given = { log, startAt: Date.now() + HEAD_START_MS, seconds: size.contendingSeconds };
    return together(await Promise.all(Array.from({ length: count }, () => node('contend.ts', given))));
  };

export const processes: Measure = {
  name: 'processes',
  title: () => 'Durable create, four processes on one log',
  subjects: { scoria: contending(4), one: contending(1) },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: 'one process',
      to: ['one', 'perSecond'],
      ratio: rateRatio('scoria', 'one'),
      bound: { atLeast: 0.9 },
      ruin: { atLeast: 0.1 },
    },
    {
      title: () => 'The share of each of the four',
      comparedWith: 'an equal share (ratio: how far off it is)',
      own: ['scoria', 'leastPerSecond'],
      to: ['scoria', 'equalPerSecond'],
      ratio: (round) => figure(round, 'scoria', 'unfairness'),
      bound: { atMost: 0.2 },
      ruin: { atMost: 2 },
    },
    {
      title: () => 'The longest wait of the four',
      comparedWith: 'that of one process (ratio: milliseconds)',
      own: ['scoria', 'longestMs'],
      to: ['one', 'longestMs'],
      ratio: (round) => figure(round, 'scoria', 'longestMs'),
      bound: { atMost: 100 },
      ruin: { atMost: 5_000 },
    },
  ],
};
