import { createHash } from 'node:crypto';
import type { RecordedEvent, StoredEvent } from '../../src/domain/event.ts';
import {
  decode,
  eventDefinitions,
  evolveStream,
  kindOf,
  type StreamKind,
  type StreamState,
} from '../../src/domain/streams.ts';
import type { VolumeState } from '../../src/domain/volume/volume.ts';

export interface Fold {
  readonly kind: StreamKind;
  readonly state: StreamState;
  readonly events: readonly RecordedEvent[];
}

/** Every stream, folded from zero. */
export const foldsOf = (events: readonly StoredEvent[]): ReadonlyMap<string, Fold> => {
  const folds = new Map<string, Fold>();
  for (const stored of events) {
    const event = decode(stored);
    const kind = kindOf(event.stream);
    if (kind === null) throw new Error(`${event.stream} is of no kind`);
    const before = folds.get(event.stream);
    const state = evolveStream(kind, before?.state ?? null, event);
    folds.set(event.stream, { kind, state, events: [...(before?.events ?? []), event] });
  }
  return folds;
};

export const volumesOf = (folds: ReadonlyMap<string, Fold>): ReadonlyMap<string, VolumeState> =>
  new Map(
    [...folds].flatMap(([stream, { kind, state }]) =>
      kind === 'volume' ? [[stream.slice('volume-'.length), state as VolumeState]] : [],
    ),
  );

/** As a state comes back from where it is kept. */
export const asKept = (state: unknown): unknown => JSON.parse(JSON.stringify(state));

/**
 * Where the record is not what it must be: revisions without a gap, positions that ascend, bodies that say the same, ids
 * that occur once, and a chain of hashes made here anew.
 */
export const recordProblems = (events: readonly StoredEvent[]): readonly string[] => {
  const heads = new Map<string, { readonly revision: bigint; readonly hash: string }>();
  const ids = new Set<string>();
  let position = 0n;
  return events.flatMap((stored) => {
    const { stream, revision, hash, id } = stored;
    const body = JSON.parse(stored.body);
    const head = heads.get(stream) ?? { revision: -1n, hash: '0'.repeat(64) };
    const broken = {
      'the revision': revision !== head.revision + 1n,
      'the position': stored.position <= position,
      'the body': body.stream !== stream || body.id !== id || body.revision !== String(revision),
      'the hash before': body.meta.prev !== head.hash,
      'the hash': hash !== createHash('sha256').update(`scoria/event/v1\n${stored.body}`).digest('hex'),
      'the id': ids.has(id),
    };
    heads.set(stream, { revision, hash });
    ids.add(id);
    position = stored.position;
    return Object.entries(broken).flatMap(([what, is]) => (is ? [`${stream}@${revision}: ${what} is wrong`] : []));
  });
};

/** A volume that goes takes what nobody could tell about it along. */
const ENDS_OF_VOLUMES = ['VolumeDeleted', 'VolumeForgotten'];
const wentWithItsVolume = (of: readonly RecordedEvent[], events: readonly RecordedEvent[]): boolean =>
  of.some(
    ({ type, stream, revision }) =>
      type === 'VolumeOutcomeUnknown' &&
      events.some(
        (later) => later.stream === stream && later.revision > revision && ENDS_OF_VOLUMES.includes(later.type),
      ),
  );

/** Commands whose intents and outcomes are not one for one. */
export const illEnded = (events: readonly RecordedEvent[]): readonly string[] =>
  [...Map.groupBy(events, ({ meta }) => meta.commandId)].flatMap(([commandId, of]) => {
    const count = (role: string) => of.filter(({ type }) => eventDefinitions.get(type)?.role === role).length;
    const sums = `${count('intent')} intents, ${count('outcome')} outcomes`;
    return count('intent') === count('outcome') || wentWithItsVolume(of, events)
      ? []
      : [`${commandId}: ${sums}: ${of.map(({ type }) => type).join(', ')}`];
  });
