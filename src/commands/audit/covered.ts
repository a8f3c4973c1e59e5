import type { SealedCheckpoint } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { AuditServices } from '../services.ts';

type Covered = Pick<SealedCheckpoint, 'last'>;

/** The last event that a checkpoint covers, where the log still has it as it was. */
export const findCovered = async (
  events: AuditServices['events'],
  { last: { stream, revision, hash } }: Covered,
): Promise<StoredEvent | null> => {
  for await (const event of events.readStream(stream, { from: BigInt(revision), to: BigInt(revision) })) {
    return event.hash === hash ? event : null;
  }
  return null;
};

export const coveredEvent = async (events: AuditServices['events'], checkpoint: Covered): Promise<StoredEvent> => {
  const found = await findCovered(events, checkpoint);
  if (found !== null) return found;
  const { stream, revision } = checkpoint.last;
  throw new ScoriaError(
    rejections.RecordBroken(
      `revision ${revision} of ${stream} is not the event that the last checkpoint covers: it was changed or is gone`,
      '`scoria audit verify` looks at all of the record',
      { stream, revision },
    ),
  );
};
