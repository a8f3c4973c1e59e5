import { canonicalJson } from '../../audit/canonical.ts';
import type { Json } from '../../domain/json.ts';
import { isSealed, isShredded } from '../../domain/sealed.ts';
import type { BackendDocument, KeyValueDocument, VolumeDocument } from '../../projections/documents.ts';
import { backendNotes, type ExportNote, exportedOptions, keyValueNotes, volumeNotes } from './export-notes.ts';
import { exportedVolume } from './exported-volume.ts';

/** What is exported. */
export interface Inventory {
  readonly backends: readonly BackendDocument[];
  readonly volumes: readonly VolumeDocument[];
  readonly keyValues: readonly KeyValueDocument[];
}

export interface ExportContext {
  /** Also the options of backends whose drivers Cinder has; never a credential. */
  readonly withConfiguration: boolean;
  /** Opens the credentials of a volume; `null` where they are left out. */
  readonly opened: ((volume: VolumeDocument) => Promise<VolumeDocument>) | null;
  /** Hears what does not come along, thing by thing. */
  readonly onNote: (note: ExportNote) => void;
}

/** A dump that cinderlib 5.0 loads, in chunks: each backend with its volumes, as `dumps` of cinderlib writes them. */
export async function* exportInventory(inventory: Inventory, context: ExportContext): AsyncGenerator<string> {
  const { withConfiguration, onNote } = context;
  const byBackend = Map.groupBy(inventory.volumes, ({ backend_name }) => backend_name);
  let before = '[';
  for (const backend of inventory.backends) {
    for (const note of backendNotes(backend, withConfiguration)) onNote(note);
    const config = {
      volume_backend_name: backend.name,
      ...(withConfiguration ? exportedOptions(backend) : {}),
    };
    yield `${before}{"class":"Backend","backend":${JSON.stringify(config)},"volumes":[`;
    yield* volumesText(byBackend.get(backend.name) ?? [], context);
    yield ']}';
    before = ',\n';
  }
  yield before === '[' ? '[]' : ']';
  for (const pair of inventory.keyValues) for (const note of keyValueNotes(pair)) onNote(note);
}

async function* volumesText(volumes: readonly VolumeDocument[], { opened, onNote }: ExportContext) {
  let before = '\n';
  for (const volume of volumes) {
    for (const note of volumeNotes(volume, opened !== null)) onNote(note);
    const kept = without(volume, isShredded);
    const readable = opened === null ? without(kept, isSealed) : await opened(kept);
    yield before + canonicalJson(exportedVolume(readable));
    before = ',\n';
  }
}

/** The value without those of its members that `is` is true of. */
const without = <Value>(value: Value, is: (member: unknown) => boolean): Value => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => without(member, is)) as Value;
  const left = Object.entries(value as Record<string, Json>).filter(([, member]) => !is(member));
  return Object.fromEntries(left.map(([name, member]) => [name, without(member, is)])) as Value;
};
