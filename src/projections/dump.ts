import { z } from 'zod';
import { canonicalJson } from '../audit/canonical.ts';
import type { StoredEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import {
  decode,
  evolveStream,
  kindOf,
  type StreamKind,
  type StreamState,
  type StreamStates,
} from '../domain/streams.ts';
import {
  type BackendDocument,
  BackendDocumentSchema,
  backendDocuments,
  KeyValueDocumentSchema,
  keyValueDocuments,
  VolumeDocumentSchema,
  volumeDocuments,
} from './documents.ts';
import type { InventoryStore } from './inventory.ts';

export const DUMP_FORMAT = 'scoria-dump';
/** The version of dumps that is written today. */
export const DUMP_VERSION = 1;

/** The whole inventory as one document. Deleted volumes are in the history, not in the inventory. */
export const DumpSchema = z.strictObject({
  format: z.literal(DUMP_FORMAT),
  version: z.literal(DUMP_VERSION),
  backends: z.array(BackendDocumentSchema),
  volumes: z.array(VolumeDocumentSchema),
  key_values: z.array(KeyValueDocumentSchema),
});
export type Dump = z.infer<typeof DumpSchema>;

export interface DumpOptions {
  /** Also the options of backends, which name hosts, paths and users; never a credential. */
  readonly withConfiguration?: boolean | undefined;
}

type States = { readonly [Kind in StreamKind]: readonly StreamStates[Kind][] };

/** A configuration that is left out is `null`: not known, which is not the same as no options. */
const withoutConfiguration = (backend: BackendDocument): BackendDocument => ({ ...backend, options: null });

const dumpOf = (states: States, { withConfiguration = false }: DumpOptions): Dump => {
  const backends = backendDocuments(states.backend);
  return {
    format: DUMP_FORMAT,
    version: DUMP_VERSION,
    backends: withConfiguration ? backends : backends.map(withoutConfiguration),
    volumes: volumeDocuments(states.volume),
    key_values: keyValueDocuments(states.key_value),
  };
};

/** Folds the streams from their first events; owes nothing to any projection. */
export const dumpOfEvents = async (events: AsyncIterable<StoredEvent>, options: DumpOptions = {}): Promise<Dump> => {
  const streams = new Map<string, { readonly kind: StreamKind; readonly state: StreamState }>();
  for await (const stored of events) {
    const kind = kindOf(stored.stream);
    if (kind === null) continue;
    const before = streams.get(stored.stream)?.state ?? null;
    streams.set(stored.stream, { kind, state: evolveStream(kind, before, decode(stored)) });
  }
  const folded = [...streams.values()];
  const states = <Kind extends StreamKind>(kind: Kind) =>
    folded.filter((stream) => stream.kind === kind).map(({ state }) => state as StreamStates[Kind]);
  return dumpOf({ backend: states('backend'), volume: states('volume'), key_value: states('key_value') }, options);
};

/** The same dump from the rows of the inventory. */
export const dumpOfInventory = (inventory: InventoryStore, options: DumpOptions = {}): Dump =>
  dumpOf(
    {
      backend: inventory.states('backend'),
      volume: inventory.states('volume'),
      key_value: inventory.states('key_value'),
    },
    options,
  );

function* listText(items: readonly unknown[]): Generator<string> {
  yield '[';
  for (const [index, item] of items.entries()) yield `${index === 0 ? '' : ','}${canonicalJson(item as Json)}`;
  yield ']';
}

/** The dump as canonical JSON, piece by piece: a big one need not stand in memory as one text. */
export function* dumpText({ format, version, backends, volumes, key_values }: Dump): Generator<string> {
  yield '{"backends":';
  yield* listText(backends);
  yield `,"format":${canonicalJson(format)},"key_values":`;
  yield* listText(key_values);
  yield `,"version":${version},"volumes":`;
  yield* listText(volumes);
  yield '}';
}
