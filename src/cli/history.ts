import { rejections, ScoriaError } from '../domain/errors.ts';
import type { View } from '../library/view.ts';
import { localTime } from './local-time.ts';
import { printable } from './printable.ts';
import { mapped, type Report } from './report.ts';

interface HistoryEntry {
  readonly position: bigint;
  readonly at: string;
  readonly stream: string;
  readonly type: string;
  readonly actor: { readonly user: string; readonly project: string };
  readonly reason?: string | undefined;
  readonly command: string;
  readonly command_id: string;
  readonly words: string;
}

/** By an id, also of what is gone, or by the name of a volume or snapshot that is there. */
export async function* historyOf(view: View, idOrName?: string): AsyncIterable<HistoryEntry> {
  try {
    yield* view.history(idOrName);
  } catch (error) {
    if (idOrName === undefined || !(error instanceof ScoriaError) || error.kind !== 'not-found') throw error;
    const named = [...view.volumes({ name: idOrName }), ...view.snapshots().filter(({ name }) => name === idOrName)];
    if (named.length === 0) throw error;
    if (named.length > 1) throw ambiguous(idOrName, named.length);
    yield* view.history(named[0]?.id);
  }
}

const ambiguous = (name: string, count: number): ScoriaError =>
  new ScoriaError(
    rejections.AmbiguousName(`${count} volumes and snapshots are named "${name}"`, 'give the id', { name }),
  );

export const historyReport = (entries: AsyncIterable<HistoryEntry>): Report => ({
  json: mapped(entries, toDocument),
  text: () => mapped(entries, toLine),
});

const toDocument = ({ position, at, stream, type, actor, reason, command, command_id, words }: HistoryEntry) => ({
  position,
  at,
  stream,
  type,
  actor,
  ...(reason === undefined ? {} : { reason }),
  command,
  command_id,
  words,
});

/** `   12  2026-11-20 14:02:07+01:00  ada@compute  created volume ... (reason: ...)` */
export const toLine = ({ position, at, actor, reason, words }: HistoryEntry): string => {
  const who = printable(`${actor.user}@${actor.project}`);
  const why = reason === undefined ? '' : ` (${printable(reason)})`;
  return `${String(position).padStart(6)}  ${localTime(at)}  ${who}  ${printable(words)}${why}`;
};
