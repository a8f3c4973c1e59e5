import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, type Measure, type Round, type Run } from '../measure.ts';

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const started = async ({ directory, size, node }: Run, args: readonly string[]) =>
  node('start.ts', { args, times: size.commands, cache: join(directory, 'cache') });

const listing = async ({ prepared }: Run): Promise<readonly string[]> => [
  '--log',
  await prepared.smallLog(),
  'volume',
  'list',
];

/** The command as an installed package has it. */
const builtCommand = async ({ prepared }: Run): Promise<string> => {
  await prepared.build();
  const { bin } = JSON.parse(await readFile(here('package.json'), 'utf8')) as { readonly bin: { scoria: string } };
  return here(bin.scoria);
};

const timesNode = (subject: string) => (round: Round) => figure(round, subject, 'ms') / figure(round, 'bare', 'ms');

export const commandStart: Measure = {
  name: 'command-start',
  title: () => 'A command from start to end, built',
  subjects: {
    scoria: async (run) => started(run, [await builtCommand(run), ...(await listing(run))]),
    checkout: async (run) => started(run, [here('src/cli/main.ts'), ...(await listing(run))]),
    bare: async (run) => started(run, ['--eval', '0']),
  },
  own: ['scoria', 'ms'],
  aims: [
    {
      comparedWith: 'Node.js alone (ratio: seconds)',
      to: ['bare', 'ms'],
      ratio: (round) => figure(round, 'scoria', 'ms') / 1e3,
      bound: { atMost: 0.12 },
    },
    {
      comparedWith: 'Node.js alone',
      to: ['bare', 'ms'],
      ratio: timesNode('scoria'),
      ruin: { atMost: 40 },
    },
    {
      title: () => 'A command from start to end, in a checkout',
      comparedWith: 'Node.js alone',
      own: ['checkout', 'ms'],
      needs: ['checkout'],
      to: ['bare', 'ms'],
      ratio: timesNode('checkout'),
      ruin: { atMost: 100 },
    },
  ],
};
