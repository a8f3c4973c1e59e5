import { z } from 'zod';
import { aggregate, type EventOf, eventsOf, NO_OPEN_WORK, type OpenWork, openWorkShape } from '../aggregate.ts';
import { Text } from '../json.ts';

/** The stream of a log's own checkpoints: there is one. */
export const AUDIT_STREAM = 'audit';

const HexHash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hexadecimal digits' });
const Count = z.string().regex(/^(0|[1-9]\d{0,15})$/, { error: 'must be a whole number, in a string' });

/** The last event that a checkpoint covers. Its position is not here, because a copy of the log has others. */
const CoveredEventSchema = z.strictObject({ stream: Text, revision: Count, hash: HexHash });

export const CheckpointSchema = z.strictObject({
  size: Count,
  root: HexHash,
  last: CoveredEventSchema,
  frontier: z.array(HexHash).readonly(),
  note: Text,
});
export type SealedCheckpoint = z.infer<typeof CheckpointSchema>;

const IdentitySchema = z.strictObject({ instance_id: Text, origin: Text, key: Text });
/** Under which name a log signs, and with which key. */
export type AuditIdentity = z.infer<typeof IdentitySchema>;

export interface AuditState extends OpenWork {
  readonly identity: AuditIdentity | null;
  readonly checkpoint: SealedCheckpoint | null;
  /** Origins whose checkpoints no longer bind the log: what they cover was given up, on the record. */
  readonly former_origins: readonly string[];
}
export const AuditStateSchema: z.ZodType<AuditState> = z.strictObject({
  ...openWorkShape,
  identity: IdentitySchema.nullable(),
  checkpoint: CheckpointSchema.nullable(),
  former_origins: z.array(Text).readonly(),
});
const NO_AUDIT: AuditState = { ...NO_OPEN_WORK, identity: null, checkpoint: null, former_origins: [] };

const events = eventsOf<AuditState>();

/** The log signs checkpoints from now on, under this origin and with this key. */
export const AuditStarted = events.fact('AuditStarted', IdentitySchema, (state, { data }) => ({
  ...state,
  identity: data,
}));

/** All events before it, up to `last`, are sealed: their root is signed. */
export const CheckpointSigned = events.fact('CheckpointSigned', CheckpointSchema, (state, { data }) => ({
  ...state,
  checkpoint: data,
}));

/** Checkpoints are signed with another key from now on. The statement is signed with both keys. */
export const AuditKeyRotated = events.fact(
  'AuditKeyRotated',
  z.strictObject({ key: Text, statement: Text }),
  (state, { data: { key } }) => ({ ...state, identity: state.identity && { ...state.identity, key } }),
);

/**
 * A checkpoint is known outside that this log does not hold: an older copy took the log's place. Somebody accepted that,
 * and the log goes on under a new origin. The statement is signed with the log's key.
 */
export const RollbackAccepted = events.fact(
  'RollbackAccepted',
  z.strictObject({ ...IdentitySchema.shape, abandoned: Text, abandoned_origin: Text, statement: Text }),
  (state, { data: { instance_id, origin, key, abandoned_origin } }) => ({
    ...state,
    identity: { instance_id, origin, key },
    former_origins: [...new Set([...state.former_origins, ...formerOf(state), abandoned_origin])],
  }),
);

const formerOf = ({ identity }: AuditState): readonly string[] => (identity === null ? [] : [identity.origin]);

const definitions = [AuditStarted, CheckpointSigned, AuditKeyRotated, RollbackAccepted] as const;

/** An event of the audit's stream, as readers see it. */
export type AuditEvent = EventOf<(typeof definitions)[number]>;

/** The log's own checkpoints and keys. */
export const auditAggregate = aggregate<AuditState>('audit', NO_AUDIT, AuditStateSchema, definitions);
