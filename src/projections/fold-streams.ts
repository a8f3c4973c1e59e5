import { decode, evolveStream, kindOf, type StreamKind, type StreamState } from '../domain/streams.ts';
import type { EventLog } from '../eventlog/port.ts';

/** A stream of ours, folded so far. */
export interface FoldedStream {
  readonly kind: StreamKind;
  state: StreamState;
}

/** Folds every stream from its first event up to a position; owes nothing to any projection. */
export const foldStreams = async (
  log: Pick<EventLog, 'readPages'>,
  upTo?: bigint | undefined,
): Promise<Iterable<FoldedStream>> => {
  const streams = new Map<string, FoldedStream>();
  for await (const page of log.readPages(upTo === undefined ? {} : { upTo })) {
    for (const stored of page) {
      const before = streams.get(stored.stream);
      const kind = before?.kind ?? kindOf(stored.stream);
      if (kind === null) continue;
      const state = evolveStream(kind, before?.state ?? null, decode(stored));
      if (before === undefined) streams.set(stored.stream, { kind, state });
      else before.state = state;
    }
  }
  return streams.values();
};
