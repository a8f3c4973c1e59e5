import { z } from 'zod';
import { canonicalJson } from '../audit/canonical.ts';
import type { Json } from '../domain/json.ts';
import type { StreamKind, StreamState, StreamStates } from '../domain/streams.ts';
import {
  type BackendDocument,
  BackendDocumentSchema,
  backendDocuments,
  KeyValueDocumentSchema,
  keyValueDocuments,
  livingVolumes,
  VolumeDocumentSchema,
  volumeDocument,
} from './documents.ts';
import type { FoldedStream } from './fold-streams.ts';
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

const CHUNK_CHARS = 64 * 1024;

/** The audit's stream proves a record. What is made of a dump is another record, with proofs of its own. */
type DumpedKind = Exclude<StreamKind, 'audit'>;
type States = { readonly [Kind in DumpedKind]: readonly StreamStates[Kind][] };

/** A configuration that is left out is `null`: not known, which is not the same as no options. */
const withoutConfiguration = (backend: BackendDocument): BackendDocument => ({ ...backend, options: null });

/** The dump of the streams as they were folded. */
export const dumpOfStreams = (folded: Iterable<FoldedStream>, options: DumpOptions = {}): Generator<string> => {
  const states: { readonly [Kind in DumpedKind]: StreamStates[Kind][] } = { backend: [], volume: [], key_value: [] };
  for (const { kind, state } of folded) if (kind !== 'audit') (states[kind] as StreamState[]).push(state);
  return dumpOf(states, options);
};

/** The same dump from the rows of the inventory. */
export const dumpOfInventory = (inventory: InventoryStore, options: DumpOptions = {}): Generator<string> =>
  dumpOf(
    {
      backend: inventory.states('backend'),
      volume: inventory.states('volume'),
      key_value: inventory.states('key_value'),
    },
    options,
  );

/** Canonical JSON in chunks: neither the documents nor the text of a big one stand in memory together. */
const dumpOf = (states: States, options: DumpOptions): Generator<string> => inChunks(textOf(states, options));

function* textOf(states: States, { withConfiguration = false }: DumpOptions): Generator<string> {
  const backends = backendDocuments(states.backend);
  yield '{"backends":';
  yield* listText(withConfiguration ? backends : backends.map(withoutConfiguration));
  yield `,"format":${canonicalJson(DUMP_FORMAT)},"key_values":`;
  yield* listText(keyValueDocuments(states.key_value));
  yield `,"version":${DUMP_VERSION},"volumes":`;
  yield* listText(livingVolumes(states.volume).values().map(volumeDocument));
  yield '}';
}

function* listText(items: Iterable<unknown>): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield before + canonicalJson(item as Json);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  let chars = 0;
  for (const piece of pieces) {
    chunk.push(piece);
    chars += piece.length;
    if (chars < CHUNK_CHARS) continue;
    yield chunk.join('');
    [chunk, chars] = [[], 0];
  }
  yield chunk.join('');
}
