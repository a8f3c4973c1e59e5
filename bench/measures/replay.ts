import { type Measure, type Subject, timesFaster } from '../measure.ts';
import { counted } from '../size.ts';
import { bareScan } from '../subjects.ts';

const scoria: Subject = async ({ prepared, node }) => node('fold.ts', { log: await prepared.eventsLog() });
const rebuild: Subject = async ({ prepared, node }) => node('rebuild.ts', { log: await prepared.eventsLog() });

export const replay: Measure = {
  name: 'replay',
  title: ({ foldedEvents }) => `Folding ${counted(foldedEvents)} events in memory`,
  subjects: { scoria, rebuild, bare: bareScan(({ prepared }) => prepared.eventsLog()) },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'a bare scan and parse of the same events',
      to: ['bare', 'ms'],
      ratio: timesFaster(['scoria', 'ms'], ['bare', 'ms']),
      bound: { atLeast: 0.75 },
      ruin: { atLeast: 0.08 },
    },
    {
      title: () => 'Rebuilding the inventory',
      comparedWith: 'a bare scan and parse of the same events',
      own: ['rebuild', 'ms'],
      needs: ['rebuild'],
      to: ['bare', 'ms'],
      ratio: timesFaster(['rebuild', 'ms'], ['bare', 'ms']),
      bound: { atLeast: 0.5 },
      ruin: { atLeast: 0.05 },
    },
  ],
};
