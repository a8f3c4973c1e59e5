import { z } from 'zod';
import { NO_OPEN_WORK, type OpenWork, openWorkShape } from '../domain/aggregate.ts';
import { BackendSchema, type BackendState } from '../domain/backend/backend.ts';
import { KeyValueSet, type KeyValueState } from '../domain/keyvalue/key-value.ts';
import {
  ConnectionSchema,
  PinSchema,
  SnapshotSchema,
  type Volume,
  VolumeSchema,
  type VolumeState,
} from '../domain/volume/volume.ts';

/*
 * The inventory in JSON for people. A document holds all of its stream's state, so that it can be turned back into it;
 * what is nearly always empty is only there when it is not.
 */

const openWork = { open: openWorkShape.open.optional(), questions: openWorkShape.questions.optional() };

export const BackendDocumentSchema = z.strictObject({ ...BackendSchema.shape, ...openWork });
export type BackendDocument = z.infer<typeof BackendDocumentSchema>;

export const SnapshotDocumentSchema = SnapshotSchema;
export type SnapshotDocument = z.infer<typeof SnapshotDocumentSchema>;

export const ConnectionDocumentSchema = ConnectionSchema;
export type ConnectionDocument = z.infer<typeof ConnectionDocumentSchema>;

export const VolumeDocumentSchema = z.strictObject({
  ...VolumeSchema.shape,
  snapshots: z.array(SnapshotDocumentSchema),
  connections: z.array(ConnectionDocumentSchema),
  pins: z.record(z.string(), PinSchema).optional(),
  ...openWork,
});
export type VolumeDocument = z.infer<typeof VolumeDocumentSchema>;

/** A key-value is set at once, so its stream never has open work. */
export const KeyValueDocumentSchema = KeyValueSet.schema;
export type KeyValueDocument = z.infer<typeof KeyValueDocumentSchema>;

interface Aged {
  readonly created_at: string;
  readonly id: string;
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Oldest first; by id what is equally old. */
export const byAge = (a: Aged, b: Aged): number => compare(a.created_at, b.created_at) || compare(a.id, b.id);

const unlessEmpty = <Name extends string, Value extends object>(name: Name, value: Value) =>
  (Object.keys(value).length === 0 ? {} : { [name]: value }) as { [Key in Name]?: Value };

const openWorkOf = ({ open, questions }: OpenWork) => ({
  ...unlessEmpty('open', open),
  ...unlessEmpty('questions', questions),
});

const openWorkIn = ({
  open,
  questions,
}: {
  open?: OpenWork['open'] | undefined;
  questions?: OpenWork['questions'] | undefined;
}): OpenWork => ({
  open: open ?? NO_OPEN_WORK.open,
  questions: questions ?? NO_OPEN_WORK.questions,
});

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Record<string, Item> =>
  Object.fromEntries(items.map((item) => [item.id, item]));

export const backendDocument = (state: BackendState): BackendDocument => {
  if (state.backend === null) throw new TypeError('the stream has no backend');
  return { ...state.backend, ...openWorkOf(state) };
};

export const backendState = ({ open, questions, ...backend }: BackendDocument): BackendState => ({
  ...openWorkIn({ open, questions }),
  backend,
});

export const volumeDocument = (state: VolumeState): VolumeDocument => {
  if (state.volume === null) throw new TypeError('the stream has no volume');
  return {
    ...state.volume,
    snapshots: Object.values(state.snapshots).toSorted(byAge),
    connections: Object.values(state.connections).toSorted(byAge),
    ...unlessEmpty('pins', state.pins),
    ...openWorkOf(state),
  };
};

export const volumeState = (document: VolumeDocument): VolumeState => {
  const { snapshots, connections, pins, open, questions, ...volume } = document;
  return {
    ...openWorkIn({ open, questions }),
    volume,
    snapshots: byId(snapshots),
    connections: byId(connections),
    pins: pins ?? {},
  };
};

export const keyValueDocument = ({ pair }: KeyValueState): KeyValueDocument => {
  if (pair === null) throw new TypeError('the stream has no key-value');
  return pair;
};

export const keyValueState = (pair: KeyValueDocument): KeyValueState => ({ ...NO_OPEN_WORK, pair });

/** The backends, oldest first. */
export const backendDocuments = (states: readonly BackendState[]): BackendDocument[] =>
  states
    .filter(({ backend }) => backend !== null)
    .map(backendDocument)
    .toSorted((a, b) => byAge({ ...a, id: a.name }, { ...b, id: b.name }));

type LivingVolume = VolumeState & { readonly volume: Volume };

const isLiving = (state: VolumeState): state is LivingVolume =>
  state.volume !== null && state.volume.status !== 'deleted';

/** The volumes that are not deleted, oldest first. */
export const livingVolumes = (states: readonly VolumeState[]): readonly LivingVolume[] =>
  states.filter(isLiving).sort((one, other) => byAge(one.volume, other.volume));

export const volumeDocuments = (states: readonly VolumeState[]): VolumeDocument[] =>
  livingVolumes(states).map(volumeDocument);

/** The snapshots of those volumes, oldest first. */
export const snapshotDocuments = (states: readonly VolumeState[]): SnapshotDocument[] =>
  states.flatMap(({ snapshots }) => Object.values(snapshots)).toSorted(byAge);

/** The connections of those volumes, oldest first. */
export const connectionDocuments = (states: readonly VolumeState[]): ConnectionDocument[] =>
  states.flatMap(({ connections }) => Object.values(connections)).toSorted(byAge);

/** The key-values that are set, by key. */
export const keyValueDocuments = (states: readonly KeyValueState[]): KeyValueDocument[] =>
  states
    .filter(({ pair }) => pair !== null)
    .map(keyValueDocument)
    .toSorted((a, b) => compare(a.key, b.key));
