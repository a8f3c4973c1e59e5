import { backendStream } from '../domain/backend/backend.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Actor, RecordedEvent, StoredEvent } from '../domain/event.ts';
import { keyValueStream } from '../domain/keyvalue/key-value.ts';
import { asScoriaEvent, decode, kindOf, type ScoriaEvent } from '../domain/streams.ts';
import { volumeStream } from '../domain/volume/volume.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { InventoryStore } from './inventory.ts';
import { wordsOf } from './words.ts';

/** One line of a history: who did what, when and why. */
export interface HistoryEntry {
  readonly position: bigint;
  readonly at: string;
  readonly stream: string;
  readonly type: string;
  readonly actor: Actor;
  readonly reason?: string;
  readonly command: string;
  readonly command_id: string;
  /** For people. Holds no secret; `event` holds all that is recorded. */
  readonly words: string;
  readonly event: ScoriaEvent;
}

type Log = Pick<EventLog, 'readAll' | 'readStream'>;

/**
 * The history of a volume, snapshot, connection, backend or key-value (also one that is gone), or of everything, up to a
 * position. `inventory` is that of the same position. A stream's name (`backend-lvm`) tells apart what has the same id.
 */
export async function* historyOf(
  log: Log,
  inventory: InventoryStore,
  id: string | undefined,
  { upTo }: { readonly upTo?: bigint | undefined } = {},
): AsyncGenerator<HistoryEntry, void, void> {
  for await (const stored of storedEvents(log, inventory, id, upTo)) {
    yield entryOf(decode(stored));
  }
}

const storedEvents = (
  log: Log,
  inventory: InventoryStore,
  id: string | undefined,
  upTo: bigint | undefined,
): AsyncIterable<StoredEvent> => {
  if (id === undefined) return log.readAll(upTo === undefined ? {} : { upTo });
  const stream = streamOf(inventory, id);
  if (stream !== null) return until(upTo, log.readStream(stream));
  const part = inventory.resource(id);
  if (part !== null) return about(id, until(upTo, log.readStream(part.stream)));
  throw new ScoriaError(
    rejections.VolumeNotFound(
      `nothing is known of ${JSON.stringify(id)}`,
      'give the id of a volume, snapshot or connection, the name of a backend, or a key',
      { id },
    ),
  );
};

const streamOf = (inventory: InventoryStore, id: string): string | null => {
  const isKnown = (stream: string): boolean => {
    const kind = kindOf(stream);
    return kind !== null && inventory.kept(kind, stream) !== null;
  };
  if (isKnown(volumeStream(id))) return volumeStream(id);
  if (inventory.resource(id) !== null) return null;
  return [backendStream(id), keyValueStream(id), id].find(isKnown) ?? null;
};

async function* until(upTo: bigint | undefined, events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
  for await (const stored of events) {
    if (upTo !== undefined && stored.position > upTo) return;
    yield stored;
  }
}

/** The events of a volume's stream that are about one of its snapshots or connections. */
async function* about(id: string, events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
  // An outcome that names nothing, and a pin's end, belong to what their command or pin was about.
  const commands = new Set<string>();
  const pins = new Set<unknown>();
  for await (const stored of events) {
    const { data, meta } = decode(stored);
    if (!names(data, id) && !commands.has(meta.commandId) && !pins.has(data.pin_id)) continue;
    commands.add(meta.commandId);
    if (data.pin_id !== undefined) pins.add(data.pin_id);
    yield stored;
  }
}

interface Naming {
  readonly snapshot_id?: string;
  readonly connection_id?: string;
  /** Of a model update. */
  readonly id?: string;
  readonly snapshot?: { readonly id: string };
  readonly connection?: { readonly id: string };
  readonly pin?: { readonly snapshot_id: string | null };
  /** Of a volume that was forgotten, what went with it. */
  readonly snapshots?: readonly string[];
  readonly connections?: readonly string[];
  /** Of an import. */
  readonly state?: { readonly snapshots: object; readonly connections: object };
}

const names = (data: Naming, id: string): boolean => {
  const { state } = data;
  const direct = [data.snapshot_id, data.connection_id, data.id, data.snapshot?.id, data.connection?.id];
  if (direct.includes(id) || data.pin?.snapshot_id === id) return true;
  if (data.snapshots?.includes(id) || data.connections?.includes(id)) return true;
  return state !== undefined && (Object.hasOwn(state.snapshots, id) || Object.hasOwn(state.connections, id));
};

const entryOf = (event: RecordedEvent): HistoryEntry => {
  const { position, stream, type, meta } = event;
  const { at, actor, reason, command, commandId } = meta;
  return {
    position,
    at,
    stream,
    type,
    actor,
    ...(reason === undefined ? {} : { reason }),
    command,
    command_id: commandId,
    words: wordsOf(event),
    event: asScoriaEvent(event),
  };
};
