import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { ImportedRecord, ImportReport } from '../../index.ts';
import type { CinderlibSource } from '../../library/cinderlib-source.ts';
import type { FromCinderOptions } from '../config/from-cinder.ts';
import { giveExamples } from '../examples.ts';
import { readPieces } from '../files.ts';
import { leaving } from '../interruption.ts';
import { printable } from '../printable.ts';
import type { Report } from '../report.ts';
import { asDocument } from '../shown.ts';
import { field, identifier, table } from '../table.ts';
import { telling, writing } from '../verbs.ts';

const EXAMPLES = {
  cinderlib: [
    'scoria import cinderlib cinderlib.json --dry-run',
    "scoria import cinderlib /var/lib/app/cinderlib.sqlite --reason 'ticket 4711'",
    "scoria import cinderlib 'mysql+pymysql://cinder@db/cinder?password=env:CINDER_PASSWORD'",
  ],
  'cinder-conf': [
    'scoria import cinder-conf /etc/cinder/cinder.conf > scoria.yaml',
    "scoria import cinder-conf backends.yaml --output scoria.yaml --backend 'lvm iscsi=lvm'",
  ],
};

interface Options {
  readonly dryRun?: boolean;
  readonly leaveOut?: boolean;
  readonly backend?: Readonly<Record<string, string>>;
}

const RENAMED = ['--backend <theirs=ours>', 'what a backend is called here; may be repeated'] as const;

const renamed = (given: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
  const at = given.lastIndexOf('=');
  if (at > 0 && at < given.length - 1) return { ...before, [given.slice(0, at)]: given.slice(at + 1) };
  throw new ScoriaError(
    rejections.InvalidInput(
      `--backend ${given}: is not THEIRS=OURS`,
      "give both names, as in --backend 'lvm iscsi=lvm'",
    ),
  );
};

export const verbs = (group: Command): void => {
  group
    .command('cinderlib <source>')
    .description('take over what cinderlib knew, from a dump of it (- is standard input) or from its database')
    .option('--dry-run', 'only tell what would become of each record')
    .option('--leave-out', 'import what can be, and leave out the rest')
    .option(...RENAMED, renamed)
    .action(
      writing<Options, readonly [string]>(async ({ engine, context }, [source], options) => {
        const { dryRun = false, leaveOut = false, backend: backends = {} } = options;
        const work = engine.importCinderlib(await sourceAt(source), { dryRun, leaveOut, backends }, context);
        const stopped = 'stopped; given again, the import goes on with what it has not written yet';
        return reportOf(await leaving(stopped, work), dryRun);
      }, 'create'),
    );
  group
    .command('cinder-conf <source>')
    .description(
      "a scoria.yaml with the backends of a cinder.conf, or of a YAML file of cinderlib's; - is standard input",
    )
    .option('--output <file>', 'write it there instead of on standard output')
    .option('--overwrite', 'also where there is such a file already')
    .option(...RENAMED, renamed)
    .action(
      telling<FromCinderOptions, readonly [string]>(async ([file], options) =>
        (await import('../config/from-cinder.ts')).fromCinderReport(file, options),
      ),
    );
  giveExamples(group, EXAMPLES);
};

const sourceAt = async (source: string): Promise<CinderlibSource> => {
  const { isCinderDatabase } = await import('../../library/cinderlib-source.ts');
  if (await isCinderDatabase(source)) return { database: source };
  return { text: readPieces('dump', source), name: source === '-' ? 'standard input' : source };
};

const COLUMNS = [
  field('kind'),
  identifier('id'),
  field('name'),
  field('outcome'),
  {
    ...field('notes'),
    of: ({ problem, notes }: Partial<ImportedRecord>) => [...(problem ? [problem] : []), ...(notes ?? [])].join('; '),
  },
];

const reportOf = ({ source, events, records }: ImportReport, dryRun: boolean): Report => ({
  json: { source, dry_run: dryRun, events, records },
  text: () => {
    const counts = [...Map.groupBy(records, ({ outcome }) => outcome)].map(
      ([outcome, of]) => `${of.length} ${outcome}`,
    );
    const head = dryRun ? 'nothing was written; it would be' : `${events} events written`;
    const summary = `${head}: ${counts.join(', ') || 'the source is empty'}`;
    return [...(records.length === 0 ? [] : [table(records.map(asDocument), COLUMNS)]), printable(summary)].join('\n');
  },
});
