import type { EventSource } from './event-pages.ts';
import type { ProjectionReads, TableProjection } from './projection.ts';
import { memoryDatabase } from './projection-database.ts';
import { Projector } from './projector.ts';

/** Projections as they stood at a position. */
export interface Replay extends ProjectionReads {
  readonly position: bigint;
  close(): void;
}

/** The log as it was: its head is `position`. */
const sourceUpTo = (source: EventSource, position: bigint): EventSource => ({
  head: async () => position,
  readPages: ({ after = 0n, upTo = position } = {}) =>
    source.readPages({ after, upTo: upTo < position ? upTo : position }),
});

/**
 * Builds projections from the first event up to a position, in memory and apart from the living ones. Each is built
 * when it is first read.
 */
export const replayTo = async (
  source: EventSource,
  position: bigint,
  definitions: readonly TableProjection[],
): Promise<Replay> => {
  const database = memoryDatabase();
  const projector = await Projector.open(sourceUpTo(source, position), database, definitions);
  return {
    position,
    read: (projection) => projector.read(projection),
    close: () => database.db.close(),
  };
};
