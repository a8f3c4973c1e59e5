import { join } from 'node:path';
import { figure, type Measure, type Round } from '../measure.ts';
import { scoriaCreates } from '../subjects.ts';

const CALLERS = 64;
const EVERY_EVENTS = 1_000;

const msPerCreate = (round: Round, subject: string): number => 1e3 / figure(round, subject, 'perSecond');

/** How much of a sealed create's time goes into its hashes and into sealing. */
const share = (round: Round): number => {
  const sealed = msPerCreate(round, 'scoria');
  return (sealed - msPerCreate(round, 'plain') + figure(round, 'chain', 'msPerCreate')) / sealed;
};

export const sealing: Measure = {
  name: 'sealing',
  title: () => `Durable create, ${CALLERS} callers, sealed every ${EVERY_EVENTS} events`,
  subjects: {
    scoria: ({ node, directory, size }) =>
      node('create.ts', {
        log: join(directory, 'scoria.db'),
        callers: CALLERS,
        volumes: size.createsOfMany,
        warmUp: 200,
        sealed: {
          keyFile: join(directory, 'key'),
          notesDirectory: join(directory, 'notes'),
          everyEvents: EVERY_EVENTS,
        },
      }),
    plain: scoriaCreates({ log: 'file', callers: CALLERS, volumes: ({ size }) => size.createsOfMany }),
    chain: ({ node, size }) => node('chain.ts', { volumes: size.createsOfMany }),
  },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: 'the same without sealing and without hashes (share of the time)',
      to: ['plain', 'perSecond'],
      needs: ['scoria', 'chain'],
      ratio: share,
      bound: { atMost: 0.2 },
      ruin: { atMost: 0.8 },
    },
  ],
};
