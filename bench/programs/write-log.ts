/** Writes a large log quickly: the events that the engine would write, in one transaction. */
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { v7 as uuid7 } from 'uuid';
import { EMPTY_STREAM, type StreamHead, seal } from '../../src/commands/envelope.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import { plan, VolumeCreated, VolumeCreationRequested } from '../../src/domain/volume/create.ts';
import { VolumeExtended, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { volumeStream } from '../../src/domain/volume/volume.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { Append, EventToAppend } from '../../src/eventlog/port.ts';
import { openStorage } from '../../src/library/storage.ts';
import { builtInProjections } from '../../src/projections/built-in.ts';
import { given, noopBackend, openEngine, opened, report } from './program.ts';

const { log, volumes, events, firstVolume } = given<{
  log: string;
  volumes: number;
  /** Of each volume, and of one before all others. */
  events: number;
  firstVolume: number;
}>();

const ACTOR = { user: 'ada', project: 'web' };
const AUTHOR = { executor: `bench/${process.pid}/${uuid7()}`, now: () => new Date() };
const DIGEST = '0'.repeat(64);

const appendCommand = (
  stream: string,
  head: StreamHead,
  command: string,
  sealed: ReadonlyNonEmptyArray<NewEvent<string, unknown>>,
): Append => {
  const commandId = uuid7();
  const ids = { commandId, commandDigest: DIGEST, correlationId: commandId, causationId: commandId };
  return seal(stream, head, sealed, { actor: ACTOR, command, ...ids }, AUTHOR);
};

const headAfter = ({ events }: Append): StreamHead => events.at(-1) ?? events[0];

/** A volume that was created, then extended again and again. */
function* lifeOf(name: string, count: number): Generator<Append> {
  const id = uuid7();
  const stream = volumeStream(id);
  const required = { id, size: 1, backend_name: 'noop', snapshot_id: null, source_volid: null };
  const volume = plan(required, { name }, { actor: ACTOR });
  const created = [VolumeCreationRequested.of({ volume }), VolumeCreated.of({})] as const;
  let append = appendCommand(stream, EMPTY_STREAM, 'CreateVolume', created);
  yield append;
  for (let size = 2; size <= count / 2; size += 1) {
    const sizes = { size, previous_size: size - 1 };
    const extended = [VolumeExtensionRequested.of(sizes), VolumeExtended.of(sizes)] as const;
    append = appendCommand(stream, headAfter(append), 'ExtendVolume', extended);
    yield append;
  }
}

/** The backend's events as an engine writes them. */
const backendAdded = async (): Promise<Append> => {
  const memory = createMemoryLog();
  await using engine = await openEngine(memory);
  const { name } = await noopBackend(engine);
  const stream = `backend-${name}`;
  const added: readonly EventToAppend[] = await Array.fromAsync(memory.readStream(stream));
  if (!isNonEmpty(added)) throw new TypeError('the backend has no events');
  return { stream, expectedRevision: -1n, events: added };
};

const backend = await backendAdded();
const storage = await openStorage({
  ...(await opened(log)),
  projections: builtInProjections,
});
await storage.log.appendToEmpty(
  (function* () {
    yield backend;
    if (firstVolume > 0) yield* lifeOf('first', firstVolume);
    for (let number = 1; number <= volumes; number += 1) yield* lifeOf(`volume-${number}`, events);
  })(),
);
const head = await storage.log.head();
await storage.close();
report({ events: Number(head) });
