import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { OutsideNote, Verified } from '../../index.ts';
import { listOf } from '../arguments.ts';
import { readText, writeAtomically } from '../files.ts';
import type { Globals } from '../globals.ts';
import { localTime } from '../local-time.ts';
import { metered } from '../metered.ts';
import { printable } from '../printable.ts';
import { print, type Report } from '../report.ts';
import { configurationFor, inSession } from '../session.ts';
import { reading, refusePast } from '../verbs.ts';

interface VerifyOptions {
  readonly notes?: string;
  readonly note?: readonly string[];
  readonly key?: string;
}

export const verifyVerbs = (group: Command): void => {
  group
    .command('export <file>')
    .description('write all events to a file that `verify` checks without the log')
    .action(
      reading<object, readonly [string]>(async (view, [file]) => {
        let events = 0;
        const counted = async function* () {
          for await (const line of view.exportEvents()) {
            events += 1;
            yield line;
          }
        };
        await writeAtomically(file, counted());
        return { json: { file, events, position: view.position }, text: () => `${events} events are in ${file}` };
      }, 'open'),
    );
  group
    .command('verify [file]')
    .description('check every event, chain, checkpoint and note: of the log, or of an export without any log')
    .option('--key <file>', 'the public key that you trust, as `audit key show` printed it')
    .option('--notes <directory>', 'the notes that it must hold, where they were kept')
    .option('--note <file>', 'a note that you trust, and that it must hold; may be repeated', listOf)
    .action((file: string | undefined, _options: VerifyOptions, command: Command) =>
      verify(file, command.optsWithGlobals<VerifyOptions & Globals>()),
    );
};

const verify = async (file: string | undefined, options: VerifyOptions & Globals): Promise<void> => {
  refusePast(options);
  const outside = await outsideOf(options);
  if (file === undefined) return verifyLog(outside, options);
  const { verifyFile } = await import('../../library/audit/verify.ts');
  const verified = await metered(options, (watching) => verifyFile(file, outside, watching));
  await print(reportOf(file, verified), options.json ?? false);
};

const verifyLog = (outside: Outside, options: Globals): Promise<void> =>
  inSession(
    options,
    'refuse',
    async (session) => {
      const verified = await session.engine.audit.verify(outside);
      session.clearProgress();
      await print(reportOf(session.configuration.engine.log, verified), options.json ?? false);
    },
    configurationFor(options),
    'open',
  );

interface Outside {
  readonly key?: string;
  readonly notes?: readonly OutsideNote[];
}

const outsideOf = async ({ key, notes, note = [] }: VerifyOptions): Promise<Outside> => {
  const given = [...(notes === undefined ? [] : await notesIn(notes)), ...(await Promise.all(note.map(trusted)))];
  return {
    ...(key === undefined ? {} : { key: (await readText('key', key)).trim() }),
    ...(notes === undefined && note.length === 0 ? {} : { notes: given }),
  };
};

const trusted = async (file: string): Promise<OutsideNote> => ({
  name: file,
  note: await readText('note', file),
  isTrusted: true,
});

const notesIn = async (directory: string): Promise<readonly OutsideNote[]> => {
  const { notesOf } = await import('../../library/audit/notes-directory.ts');
  const notes = await notesOf(directory);
  if (notes.length > 0) return notes;
  throw new ScoriaError(
    rejections.InvalidInput(
      `${directory} holds no notes (files that end in .note)`,
      'give the directory of the notes',
      {
        directory,
      },
    ),
  );
};

const reportOf = (name: string, verified: Verified): Report => ({
  json: { log: name, ...verified },
  text: () => [...linesOf(name, verified)].join('\n'),
});

function* linesOf(name: string, { events, sealed, unsealed, ...found }: Verified): Generator<string> {
  const { sealed_position, checkpoints, keys, notes, rollbacks } = found;
  yield `${name}: ${events} events, all as they were recorded`;
  yield sealed === 0
    ? 'sealed: none'
    : `sealed: ${sealed}, to position ${sealed_position} (checkpoints: ${checkpoints})`;
  yield `not sealed yet: ${unsealed}`;
  if (keys.length > 0) yield `signed with ${keys.map(printable).join(', then ')}`;
  if (notes.held > 0) yield `notes from outside that agree: ${notes.held}`;
  if (notes.abandoned > 0) yield `notes from outside that were given up, as the record says: ${notes.abandoned}`;
  for (const { position, at, user, project, reason, size, origin } of rollbacks) {
    const why = reason === null ? '' : ` (${printable(reason)})`;
    yield `at position ${position}, ${localTime(at)}, ${printable(`${user}@${project}`)} accepted that the checkpoint over ${size} events of ${printable(origin)} is lost${why}`;
  }
}
