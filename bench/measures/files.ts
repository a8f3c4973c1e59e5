import { figure, type Measure } from '../measure.ts';
import { bareCommits } from '../subjects.ts';

export const fileOperation: Measure = {
  name: 'file-operation',
  title: () => 'Create with the file driver',
  subjects: {
    scoria: ({ directory, size, node }) => node('file-create.ts', { directory, operations: size.operations }),
    bare: ({ directory, size, node }) => node('bare-file-create.ts', { directory, operations: size.operations }),
    commits: bareCommits('file'),
  },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'the bare file (ratio: what is more, in two bare durable commits)',
      to: ['bare', 'ms'],
      needs: ['commits'],
      ratio: (round) =>
        (figure(round, 'scoria', 'ms') - figure(round, 'bare', 'ms')) / figure(round, 'commits', 'pairMs'),
      bound: { atMost: 1.3 },
      ruin: { atMost: 40 },
    },
  ],
};

export const fileCopy: Measure = {
  name: 'file-copy',
  title: ({ copiedMiB }) => `Clone of ${copiedMiB} MiB with the file driver`,
  subjects: {
    scoria: ({ directory, size, node }) => node('file-clone.ts', { directory, mebibytes: size.copiedMiB }),
    bare: ({ directory, size, node }) => node('bare-copy.ts', { directory, mebibytes: size.copiedMiB }),
  },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: '`cp` and fsync',
      to: ['bare', 'ms'],
      ratio: (round) => figure(round, 'scoria', 'ms') / figure(round, 'bare', 'ms'),
      bound: { atMost: 1.05 },
      ruin: { atMost: 10 },
    },
  ],
};
