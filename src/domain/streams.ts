import { type Aggregate, type AnyEventDefinition, evolve, type OpenWork } from './aggregate.ts';
import { AUDIT_STREAM, type AuditEvent, type AuditState, auditAggregate } from './audit/audit.ts';
import { type BackendEvent, backendAggregate } from './backend/aggregate.ts';
import type { BackendState } from './backend/backend.ts';
import { type Rejection, rejections, ScoriaError } from './errors.ts';
import type { RecordedEvent, StoredEvent } from './event.ts';
import { type KeyValueEvent, type KeyValueState, keyValueAggregate } from './keyvalue/key-value.ts';
import { type VolumeEvent, volumeAggregate } from './volume/aggregate.ts';
import type { VolumeState } from './volume/volume.ts';

/** The state of a stream, by its kind. */
export interface StreamStates {
  readonly backend: BackendState;
  readonly volume: VolumeState;
  readonly key_value: KeyValueState;
  readonly audit: AuditState;
}
export type StreamKind = keyof StreamStates;
export type StreamState = StreamStates[StreamKind];

const aggregates: { readonly [Kind in StreamKind]: Aggregate<StreamStates[Kind]> } = {
  backend: backendAggregate,
  volume: volumeAggregate,
  key_value: keyValueAggregate,
  audit: auditAggregate,
};

const prefixes: readonly (readonly [string, StreamKind])[] = [
  ['volume-', 'volume'],
  ['backend-', 'backend'],
  ['kv-', 'key_value'],
];

/** Every event of today by its type, so that a `switch` on the type knows the data. */
export type ScoriaEvent = BackendEvent | VolumeEvent | KeyValueEvent | AuditEvent;

/** What was checked against its schema when it was written needs no second check to be seen as what it is. */
export const asScoriaEvent = (event: RecordedEvent): ScoriaEvent => event as unknown as ScoriaEvent;

/** The id of the volume, the name of the backend or the key whose stream it is. */
export const resourceIdOf = (stream: string): string => {
  const prefix = prefixes.find(([start]) => stream.startsWith(start))?.[0] ?? '';
  return stream.slice(prefix.length);
};

/** `null` for a stream that is not one of ours to fold, because a newer version wrote it. */
export const kindOf = (stream: string): StreamKind | null => {
  if (stream === AUDIT_STREAM) return 'audit';
  return prefixes.find(([prefix]) => stream.startsWith(prefix))?.[1] ?? null;
};

export const aggregateOf = <Kind extends StreamKind>(kind: Kind): Aggregate<StreamStates[Kind]> => aggregates[kind];

/** Folds one event into the state of its stream; `null` is the state of a stream that holds nothing. */
export const evolveStream = <Kind extends StreamKind>(
  kind: Kind,
  state: StreamStates[Kind] | null,
  event: RecordedEvent,
): StreamStates[Kind] => {
  const of: Aggregate<StreamStates[Kind]> = aggregateOf(kind);
  return evolve<StreamStates[Kind] & OpenWork>(of, state ?? of.initial, event);
};

/**
 * A volume, its snapshots and its connections after an event of its stream: the fold that Scoria itself goes by. `null`
 * is before the first event.
 */
export const evolveVolume = (state: VolumeState | null, event: ScoriaEvent): VolumeState =>
  evolveStream('volume', state, event as unknown as RecordedEvent);

export type EventFormat = Pick<AnyEventDefinition<never>, 'type' | 'version' | 'role' | 'schema' | 'upcasts'>;

/** Every event that is written today, by type. */
export const eventDefinitions: ReadonlyMap<string, EventFormat> = new Map(
  Object.values(aggregates).flatMap((of) => Object.entries<EventFormat>(of.events)),
);

/** The data of an old version in today's. */
const upcast = (definition: EventFormat, v: number, data: RecordedEvent['data']): RecordedEvent['data'] => {
  let current = data;
  for (let version = v; version < definition.version; version += 1) {
    current = definition.upcasts[version]?.(current) ?? current;
  }
  return current;
};

/** What was just parsed is nobody else's yet: completed in place, since every fold of many events goes through here. */
type Parsed = { -readonly [Key in keyof RecordedEvent]: RecordedEvent[Key] } & { readonly meta: { hash: string } };

/** Reads a stored event by the definitions given: parsed, and in their version. */
export const decodeWith = (definitions: ReadonlyMap<string, EventFormat>, stored: StoredEvent): RecordedEvent => {
  const event: Parsed = JSON.parse(stored.body);
  event.revision = stored.revision;
  event.position = stored.position;
  event.meta.hash = stored.hash;
  const definition = definitions.get(event.type);
  if (definition === undefined || event.v > definition.version) {
    if (kindOf(stored.stream) !== null) throw new ScoriaError(newerEvent(event.type, event.v, stored.position));
  } else if (event.v < definition.version) {
    event.data = upcast(definition, event.v, event.data);
    event.v = definition.version;
  }
  return event;
};

const newerEvent = (type: string, v: number, position: bigint): Rejection =>
  rejections.LogNewer(
    `the event at position ${position} is ${type} version ${v}, which this version does not know`,
    `use the Scoria that wrote it, or a newer one; what was before can be read here: --at ${position - 1n}`,
    { type, v, position: String(position) },
  );

/** The door through which every stored event is read: parsed, and in today's version. */
export const decode = (stored: StoredEvent): RecordedEvent => decodeWith(eventDefinitions, stored);

const decoded = new WeakMap<StoredEvent, RecordedEvent>();

/** `decode` for what was just appended, which the projections and the caller both read. */
export const decodeOnce = (stored: StoredEvent): RecordedEvent => {
  const known = decoded.get(stored);
  if (known !== undefined) return known;
  const event = decode(stored);
  decoded.set(stored, event);
  return event;
};
