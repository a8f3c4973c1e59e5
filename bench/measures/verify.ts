import { figure, type Measure, type Subject } from '../measure.ts';
import { counted } from '../size.ts';

const reading =
  (bare: boolean): Subject =>
  async ({ prepared, node }) =>
    node('verify.ts', { file: await prepared.export(), bare });

export const verify: Measure = {
  name: 'verify',
  title: ({ largeLog }) => `Verifying an export of ${counted(largeLog)} events`,
  subjects: { scoria: reading(false), bare: reading(true) },
  own: ['scoria', 'ms'],
  mostRounds: 3,
  aims: [
    {
      comparedWith: 'reading, parsing and hashing the same file',
      to: ['bare', 'ms'],
      ratio: (round) => figure(round, 'scoria', 'ms') / figure(round, 'bare', 'ms'),
      bound: { atMost: 4 },
      ruin: { atMost: 20 },
    },
  ],
};
