import { figure, type Measure } from '../measure.ts';
import { counted } from '../size.ts';

const WANTED_PER_SECOND = 200;

export const recovery: Measure = {
  name: 'recovery',
  title: ({ interrupted }) => `Recovery of ${counted(interrupted)} interrupted creates with the file driver`,
  subjects: {
    scoria: ({ directory, size, node }) => node('recover.ts', { directory, operations: size.interrupted }),
    creates: ({ directory, size, node }) => node('file-create.ts', { directory, operations: size.operations }),
  },
  own: ['scoria', 'perSecond'],
  aims: [
    {
      comparedWith: `creates by one caller (ratio: in ${WANTED_PER_SECOND} a second)`,
      to: ['creates', 'perSecond'],
      needs: ['scoria'],
      ratio: (round) => figure(round, 'scoria', 'perSecond') / WANTED_PER_SECOND,
      bound: { atLeast: 1 },
      ruin: { atLeast: 0.05 },
    },
  ],
};
