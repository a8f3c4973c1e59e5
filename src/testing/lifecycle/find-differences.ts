import type { RecordedEvent } from '../../domain/event.ts';
import { evolveVolume } from '../../domain/streams.ts';
import { NO_VOLUME, type VolumeState } from '../../domain/volume/volume.ts';
import type { MemoryArray } from '../../drivers/memory/array.ts';
import type { Engine } from '../../library/engine.ts';
import { differences } from './differences.ts';

/**
 * What the record says and the array does not have, and the other way round, in sentences; empty when they agree.
 * Nothing is said of a volume with an open question: of that the record says itself that it does not know.
 */
export const findDifferences = async (engine: Engine, array: MemoryArray): Promise<readonly string[]> => {
  const volumes = new Map<string, { state: VolumeState; readonly events: RecordedEvent[] }>();
  for await (const event of (await engine.view()).events()) {
    if (!event.stream.startsWith('volume-')) continue;
    const id = event.stream.slice('volume-'.length);
    const of = volumes.get(id) ?? { state: NO_VOLUME, events: [] };
    of.events.push(event as unknown as RecordedEvent);
    of.state = evolveVolume(of.state, event);
    volumes.set(id, of);
  }
  const unknown = [...array.volumes.keys()].filter((id) => !volumes.has(id));
  return [
    ...unknown.map((id) => `volume ${id}: the array has it, the record does not know it`),
    ...[...volumes].flatMap(([id, { state, events }]) => differences(array, id, state, events)),
  ];
};
