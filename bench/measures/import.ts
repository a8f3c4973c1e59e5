import { join } from 'node:path';
import { type Bounds, figure, type Measure, type Round, type Run, timesFaster } from '../measure.ts';
import { counted } from '../size.ts';

const imported = async (
  { directory, node }: Run,
  from: { readonly dump: string } | { readonly database: string },
  bounds?: Bounds,
) => node('import.ts', { log: join(directory, 'scoria.db'), from }, bounds);

const ofDatabase = (volumesOf: (volumes: number) => number, bounds?: Bounds) => async (run: Run) =>
  imported(run, { database: await run.prepared.cinderlibInventory(`${volumesOf(run.size.volumes)}.sqlite`) }, bounds);

/** Each volume with a snapshot and a connection, into a log that is new. */
export const importing: Measure = {
  name: 'import',
  title: ({ volumes }) => `Import of ${counted(volumes)} volumes from a dump of cinderlib`,
  subjects: {
    scoria: async (run) => imported(run, { dump: await run.prepared.cinderlibInventory(`${run.size.volumes}.json`) }),
    database: ofDatabase((volumes) => volumes),
    cinderlib: async ({ directory, prepared, size, cinderlib }) =>
      cinderlib('load', {
        persistence: join(directory, 'cinderlib.sqlite'),
        dump: await prepared.cinderlibInventory(`${size.volumes}.json`),
      }),
    bare: async ({ prepared, size, node }) =>
      node('bare-parse.ts', { file: await prepared.cinderlibInventory(`${size.volumes}.json`) }),
  },
  own: ['scoria', 'ms'],
  mostRounds: 2,
  aims: [
    {
      comparedWith: "cinderlib's own load of it, into its SQLite",
      to: ['cinderlib', 'ms'],
      ratio: timesFaster(['scoria', 'ms'], ['cinderlib', 'ms']),
      bound: { atLeast: 10 },
      ruin: { atLeast: 2 },
    },
    {
      title: ({ volumes }) => `Import of ${counted(volumes)} volumes from a database of cinderlib`,
      comparedWith: "cinderlib's own load of their dump, into its SQLite",
      to: ['cinderlib', 'ms'],
      own: ['database', 'ms'],
      needs: ['database'],
      ratio: timesFaster(['database', 'ms'], ['cinderlib', 'ms']),
      bound: { atLeast: 10 },
      ruin: { atLeast: 2 },
    },
    {
      comparedWith: 'reading and parsing the dump',
      to: ['bare', 'ms'],
      ratio: timesFaster(['scoria', 'ms'], ['bare', 'ms']),
      ruin: { atLeast: 0.002 },
    },
  ],
};

const SMALLER = 10;
const LARGER = 5;
/** Without a bound V8 takes more before it collects, the longer a program runs. */
const BOUNDS = { oldSpaceMiB: 128 };

const without = (subject: string) => (round: Round) => figure(round, subject, 'peakWithoutResultMiB');

/** The most memory of an import, less what its report takes. */
export const importMemory: Measure = {
  name: 'import-memory',
  title: ({ volumes }) =>
    `Peak memory of importing ${counted(volumes * LARGER)} volumes, less the report, in ${BOUNDS.oldSpaceMiB} MiB of old space`,
  subjects: {
    scoria: ofDatabase((volumes) => volumes * LARGER, BOUNDS),
    middle: ofDatabase((volumes) => volumes, BOUNDS),
    small: ofDatabase((volumes) => volumes / SMALLER, BOUNDS),
  },
  own: ['scoria', 'peakWithoutResultMiB'],
  mostRounds: 2,
  aims: [
    {
      comparedWith: 'of a fiftieth of them',
      to: ['small', 'peakWithoutResultMiB'],
      ratio: (round) => without('scoria')(round) / without('small')(round),
      bound: { atMost: 1.5 },
      ruin: { atMost: 4 },
    },
    {
      comparedWith: 'of a fifth of them',
      to: ['middle', 'peakWithoutResultMiB'],
      ratio: (round) => without('scoria')(round) / without('middle')(round),
    },
  ],
};
