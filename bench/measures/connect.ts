import { join } from 'node:path';
import { figure, type Measure, type Round, type Subject } from '../measure.ts';

/** What a fast array takes to connect a host. */
const ARRAY_MS = 10;

const connects =
  (chap: boolean, latency_ms: number): Subject =>
  ({ node, directory, size }) =>
    node('connect.ts', {
      log: join(directory, 'scoria.db'),
      volumes: size.connectedVolumes,
      connections: 5,
      chap,
      latency_ms,
    });

const longer = (subject: string, other: string, name: string) => (round: Round) =>
  figure(round, subject, name) / figure(round, other, name);

/** A volume's first credential makes its key durable before the event that needs it: one commit more, once. */
export const connect: Measure = {
  name: 'connect',
  title: () => `Connect on an array that takes ${ARRAY_MS} ms, with a credential that is sealed`,
  subjects: {
    scoria: connects(true, ARRAY_MS),
    open: connects(false, ARRAY_MS),
    scoriaAtOnce: connects(true, 0),
    openAtOnce: connects(false, 0),
  },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'one without credentials',
      to: ['open', 'ms'],
      ratio: longer('scoria', 'open', 'ms'),
      bound: { atMost: 1.05 },
      ruin: { atMost: 2 },
    },
    {
      title: () => "The same, a volume's first, whose key is made",
      comparedWith: 'one without credentials',
      to: ['open', 'firstMs'],
      own: ['scoria', 'firstMs'],
      ratio: longer('scoria', 'open', 'firstMs'),
      ruin: { atMost: 2 },
    },
    {
      title: () => 'Connect on an array that takes no time, with a credential that is sealed',
      comparedWith: 'one without credentials',
      to: ['openAtOnce', 'ms'],
      own: ['scoriaAtOnce', 'ms'],
      needs: ['scoriaAtOnce'],
      ratio: longer('scoriaAtOnce', 'openAtOnce', 'ms'),
      ruin: { atMost: 6 },
    },
  ],
};
