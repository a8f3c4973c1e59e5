import { type Command, Option } from 'commander';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { ExportNote } from '../index.ts';
import type { View } from '../library/view.ts';
import { writeAtomically } from './files.ts';
import type { Globals } from './globals.ts';
import { notice } from './notices.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';
import { reasonToShow, type ShowSecrets, showSecretsOption } from './show-secrets.ts';
import { reading } from './verbs.ts';

interface Options extends ShowSecrets {
  readonly format: 'scoria' | 'cinderlib';
  readonly withConfiguration?: boolean;
}

/** The inventory in a file or on standard output, for Scoria or for cinderlib. */
export const dumping = (program: Command): void => {
  program
    .command('dump [file]')
    .description('the inventory as JSON, by replay of the record, or as cinderlib loads it')
    .addOption(
      new Option('--format <format>', 'for Scoria, or for cinderlib 5.0 to load')
        .choices(['scoria', 'cinderlib'])
        .default('scoria'),
    )
    .option('--with-configuration', "with the backends' options (secrets never)")
    .addOption(showSecretsOption())
    .action(
      reading<Options, readonly [string?]>((view, [file], options, session) =>
        options.format === 'cinderlib'
          ? cinderlibReport(view, file, options, session)
          : dumpReport(view, file, options),
      ),
    );
};

/** The same bytes in a file as on standard output. */
async function* withLastLineEnded(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  yield* chunks;
  yield '\n';
}

const dumpReport = async (view: View, file: string | undefined, options: Options): Promise<Report> => {
  const { withConfiguration = false, showSecrets = false } = options;
  if (showSecrets) throw new ScoriaError(sealedInDumps);
  if (file === undefined) return { verbatim: await view.dump({ withConfiguration }) };
  await writeAtomically(file, withLastLineEnded(view.dumpChunks({ withConfiguration })));
  return written(view.position, file, {});
};

const sealedInDumps = rejections.InvalidInput(
  'a dump of Scoria holds credentials sealed, and --show-secrets opens none of it',
  'leave --show-secrets out, or give --format cinderlib',
);

const cinderlibReport = async (
  { position }: View,
  file: string | undefined,
  options: Options & Globals,
  { engine, context }: Session,
): Promise<Report> => {
  const { withConfiguration, at } = options;
  const showSecrets = reasonToShow(options) !== null;
  const notes: ExportNote[] = [];
  const onNote = (note: ExportNote) => void notes.push(note);
  const asked = at === undefined ? {} : { at: position };
  const chunks = engine.exportCinderlib({ ...asked, withConfiguration, showSecrets, onNote }, context);
  const verbatim = file === undefined ? (await Array.fromAsync(chunks)).join('') : null;
  if (file !== undefined) await writeAtomically(file, withLastLineEnded(chunks));
  if (verbatim !== null || !options.json)
    notice(notes.map(({ kind, id, note }) => printable(`${kind.replace('_', '-')} ${id}: ${note}`)));
  return verbatim === null ? written(position, file, { notes }) : { verbatim };
};

const written = (position: bigint, file: string | undefined, more: object): Report => ({
  json: { file, position, ...more },
  text: () => `the record up to position ${position} is in ${file}`,
});
