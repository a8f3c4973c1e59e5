import { hash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, checkpointIn } from '../../audit/note.ts';
import { findCovered } from '../../commands/audit/covered.ts';
import type { AuditServices, KeptNote } from '../../commands/services.ts';
import { AUDIT_STREAM, type AuditState, CheckpointSigned, type SealedCheckpoint } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { decode } from '../../domain/streams.ts';
import { writeDurably } from '../durable-file.ts';

const SUFFIX = '.note';
const SIZE_DIGITS = 16;

const TAG_CHARS = 8;

/** Tells from a file's name whose note it is. */
const tagOf = (origin: string): string => hash('sha256', origin).slice(0, TAG_CHARS);

/** By size, so that the last name is the newest note. */
const nameOf = ({ origin, size, root }: Checkpoint): string =>
  `${String(size).padStart(SIZE_DIGITS, '0')}-${tagOf(origin)}-${root.slice(0, 16)}${SUFFIX}`;

/** Writes a note into the directory, whole and durable; one that is there already stays as it is. */
export const keepNote = async (directory: string, note: string): Promise<void> => {
  const checkpoint = checkpointIn(note);
  if (checkpoint === null) throw new TypeError('the note is no checkpoint');
  const file = join(directory, nameOf(checkpoint));
  try {
    await mkdir(directory, { recursive: true });
    if ((await textOf(file)) === note) return;
    await writeDurably(file, [note], { mode: 0o644 });
  } catch (error) {
    throw notWritten(`the checkpoint's note cannot be written to ${directory}: ${reasonOf(error)}`, directory, error);
  }
};

export const notWritten = (problem: string, where: string, cause: unknown): ScoriaError =>
  new ScoriaError(
    rejections.NoteNotWritten(
      problem,
      'the checkpoint itself is recorded: `scoria audit seal` hands its note out again',
      {
        where,
      },
    ),
    { cause },
  );

const textOf = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const readNote = async (directory: string, name: string): Promise<KeptNote> => {
  const file = join(directory, name);
  const note = (await textOf(file)) ?? '';
  const checkpoint = checkpointIn(note);
  if (checkpoint === null || nameOf(checkpoint) !== name) throw noNote(file);
  return { file, note, checkpoint };
};

const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    const remedy = 'give a directory that can be read as audit_notes_directory';
    throw new ScoriaError(
      rejections.InvalidNote(`the notes in ${directory} cannot be read: ${reasonOf(error)}`, remedy, { directory }),
      { cause: error },
    );
  }
};

/** All notes of a directory, for a verification. */
export const notesOf = async (
  directory: string,
): Promise<readonly { readonly name: string; readonly note: string }[]> =>
  Promise.all(
    (await namesIn(directory)).toSorted().map(async (name) => {
      const file = join(directory, name);
      return { name: file, note: (await textOf(file)) ?? '' };
    }),
  );

const noNote = (file: string): ScoriaError =>
  new ScoriaError(
    rejections.InvalidNote(
      `${file} is not the note that its name says`,
      'bring back the file as it was written; the notes directory is for one log, and for nothing else',
      { file },
    ),
  );

/**
 * The newest note of a directory that the log does not hold, `null` when all is well. The directory is read before the
 * log's state: another process writes its checkpoint first, and the note after it.
 */
export const unheldNoteIn = async (
  directory: string,
  state: () => Promise<AuditState>,
  events: AuditServices['events'],
): Promise<KeptNote | null> => {
  const names = (await namesIn(directory)).toSorted();
  if (names.length === 0) return null;
  const known = await state();
  const former = known.former_origins.map(tagOf);
  const own = known.identity === null ? [] : [tagOf(known.identity.origin)];
  const foreign = names.findLast((name) => ![...own, ...former].some((tag) => isTagged(name, tag)));
  if (foreign !== undefined) return readNote(directory, foreign);
  const newest = names.findLast((name) => own.some((tag) => isTagged(name, tag)));
  if (newest === undefined) return null;
  const kept = await readNote(directory, newest);
  return (await holds(known, kept, events)) ? null : kept;
};

const isTagged = (name: string, tag: string): boolean => name.includes(`-${tag}-`);

/** Whether the log has the note's checkpoint, and the last event that it covers. */
const holds = async (state: AuditState, { note }: KeptNote, events: AuditServices['events']): Promise<boolean> => {
  const checkpoint = await recordedCheckpoint(state, note, events);
  return checkpoint !== null && (await findCovered(events, checkpoint)) !== null;
};

const recordedCheckpoint = async (
  { checkpoint }: AuditState,
  note: string,
  events: AuditServices['events'],
): Promise<SealedCheckpoint | null> => {
  if (checkpoint === null || checkpoint.note === note) return checkpoint;
  // Outside stands an older note than the log's last: its process died before it wrote the newer one.
  for await (const stored of events.readStream(AUDIT_STREAM)) {
    const { type, data } = decode(stored);
    if (type === CheckpointSigned.type && data.note === note) return data as unknown as SealedCheckpoint;
  }
  return null;
};

export const rolledBack = ({ file, checkpoint: { size, origin } }: KeptNote, log: string): ScoriaError =>
  new ScoriaError(
    rejections.LogRolledBack(
      `${log} does not hold the checkpoint over ${size} events that ${file} keeps: an older copy took its place, it was rewritten, or the note is of another log`,
      "bring back the log that has it; or accept the loss on the record: scoria audit accept --reason '...'",
      { file, size: String(size), origin },
    ),
  );
