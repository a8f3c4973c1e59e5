import { setImmediate as turn } from 'node:timers/promises';
import { hashBody } from '../../audit/chain.ts';
import { GrowingTree, leafOf } from '../../audit/merkle.ts';
import { checkpointText, type Signer, signNote } from '../../audit/note.ts';
import {
  AUDIT_STREAM,
  AuditStarted,
  type AuditState,
  CheckpointSigned,
  type SealedCheckpoint,
} from '../../domain/audit/audit.ts';
import { decideSealLog, type Sealing, SealLog } from '../../domain/audit/seal.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { EventBody, StoredEvent } from '../../domain/event.ts';
import { operation } from '../operation.ts';
import type { AuditServices } from '../services.ts';
import { coveredEvent } from './covered.ts';
import { newIdentity, signerOf } from './identity.ts';

/** So often others get their turn: a log's first sealing reads all of it. */
const TURN_EVENTS = 256;

export const sealLog = operation({
  command: SealLog,
  kind: 'audit',
  stream: () => AUDIT_STREAM,
  async facts(_input, { state, services }): Promise<Sealing> {
    const key = await services.audit.key();
    const identity = state.identity ?? newIdentity(key);
    const signer = signerOf(identity, key);
    return { identity, checkpoint: await nextCheckpoint(state, services.audit.events, signer) };
  },
  decide: decideSealLog,
});

/** Reads only what is new since the last checkpoint. */
const nextCheckpoint = async (
  { checkpoint: before }: AuditState,
  events: AuditServices['events'],
  signer: Signer,
): Promise<SealedCheckpoint | null> => {
  const tree = new GrowingTree(Number(before?.size ?? 0), before?.frontier);
  const after = before === null ? 0n : (await coveredEvent(events, before)).position;
  let last: StoredEvent | null = null;
  let isNew = false;
  for await (const event of events.readAll({ after })) {
    if (hashBody(event.body) !== event.hash) throw broken(event);
    tree.append(leafOf(event.hash));
    last = event;
    isNew ||= !isOfSealing(event);
    if (tree.size % TURN_EVENTS === 0) await turn();
  }
  if (last === null || !isNew) return null;
  const root = Buffer.from(tree.root()).toString('hex');
  const { stream, revision, hash } = last;
  return {
    size: String(tree.size),
    root,
    last: { stream, revision: String(revision), hash },
    frontier: tree.frontier(),
    note: signNote(checkpointText({ origin: signer.name, size: tree.size, root }), [signer]),
  };
};

const SEALING: readonly string[] = [AuditStarted.type, CheckpointSigned.type];

/** What a sealing itself records, and a log without anything new would otherwise seal for ever. */
export const isOfSealing = ({ stream, body }: StoredEvent): boolean =>
  stream === AUDIT_STREAM && SEALING.includes((JSON.parse(body) as EventBody).type);

const broken = ({ stream, revision, position }: StoredEvent): ScoriaError =>
  new ScoriaError(
    rejections.RecordBroken(
      `the event at position ${position} (${stream}, revision ${revision}) does not have its hash: it was changed`,
      '`scoria audit verify` looks at all of the record; nothing was sealed',
      { position: String(position), stream, revision: String(revision) },
    ),
  );
