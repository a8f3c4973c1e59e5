import { consistencyProof, inclusionProof, leafOf, type TreeHash } from '../../audit/merkle.ts';
import { type Checkpoint, checkpointIn } from '../../audit/note.ts';
import type { AuditState, SealedCheckpoint } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { EventLog } from '../../eventlog/port.ts';

/** One pass finds the event and its place, a second one the hashes beside its way to the root. */
export const proveEvent = async (
  log: EventLog,
  { checkpoint }: AuditState,
  wanted: string | bigint,
): Promise<string> => {
  const { event, index } = await findEvent(log, wanted);
  if (checkpoint === null || index >= Number(checkpoint.size)) throw notSealed(event);
  const path = await inclusionProof(index, Number(checkpoint.size), leavesOf(log));
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${Buffer.from(event.body).toString('base64')}`,
    `index ${index}`,
    ...path.map(base64),
  ];
  return `${lines.join('\n')}\n\n${checkpoint.note}`;
};

const base64 = (hash: TreeHash): string => Buffer.from(hash).toString('base64');

const findEvent = async (
  log: EventLog,
  wanted: string | bigint,
): Promise<{ readonly event: StoredEvent; readonly index: number }> => {
  let index = 0;
  for await (const page of log.readPages()) {
    const found = page.findIndex(({ id, position }) =>
      typeof wanted === 'bigint' ? position === wanted : id === wanted,
    );
    const event = page[found];
    if (event !== undefined) return { event, index: index + found };
    index += page.length;
  }
  throw new ScoriaError(
    rejections.EventNotFound(
      `the log holds no event ${typeof wanted === 'bigint' ? `at position ${wanted}` : `with the id ${wanted}`}`,
      '`scoria events list --json` and `scoria history --json` show ids and positions',
      { event: String(wanted) },
    ),
  );
};

async function* leavesOf(log: EventLog): AsyncGenerator<TreeHash, void, void> {
  for await (const page of log.readPages()) for (const { hash } of page) yield leafOf(hash);
}

const notSealed = ({ position }: StoredEvent): ScoriaError =>
  new ScoriaError(
    rejections.NotSealed(
      `no checkpoint covers the event at position ${position} yet`,
      '`scoria audit seal` signs one, then it can be proven',
      { position: String(position) },
    ),
  );

/** `newer` may be the newest checkpoint, which the log holds itself. */
export const proveConsistency = async (
  log: EventLog,
  { checkpoint, identity }: AuditState,
  older: string,
  newer: string = newestNote(checkpoint),
): Promise<string> => {
  const [before, after] = [read(older, 'older'), read(newer, 'newer')];
  if (before.origin !== after.origin || before.origin !== identity?.origin) throw otherLog(before, after);
  if (before.size === 0 || before.size > after.size) {
    throw new ScoriaError(
      rejections.InvalidNote(
        `the older note covers ${before.size} events, the newer one ${after.size}`,
        'give the older note first; one over no event needs no proof',
      ),
    );
  }
  if (checkpoint === null || after.size > Number(checkpoint.size)) {
    throw new ScoriaError(
      rejections.NotSealed(`the log has no checkpoint over ${after.size} events`, 'give a note of this log'),
    );
  }
  const proof = await consistencyProof(before.size, after.size, leavesOf(log));
  return `${['scoria/audit/consistency/v1', ...proof.map(base64)].join('\n')}\n\n${older}\n${newer}`;
};

const newestNote = (checkpoint: SealedCheckpoint | null): string => {
  if (checkpoint !== null) return checkpoint.note;
  throw new ScoriaError(rejections.NotSealed('the log has no checkpoint yet', '`scoria audit seal` signs one'));
};

const read = (note: string, which: string): Checkpoint => {
  const checkpoint = checkpointIn(note);
  if (checkpoint !== null) return checkpoint;
  throw new ScoriaError(
    rejections.InvalidNote(`the ${which} note is no signed checkpoint`, 'give a .note file as Scoria wrote it'),
  );
};

const otherLog = (before: Checkpoint, after: Checkpoint): ScoriaError =>
  new ScoriaError(
    rejections.InvalidNote(
      `the notes are of ${before.origin} and ${after.origin}, and not both of this log`,
      'give two notes of this log, under the origin that it has now',
      { older: before.origin, newer: after.origin },
    ),
  );
