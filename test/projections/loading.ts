import { expect } from 'vitest';
import { exportEvents } from '../../src/commands/export.ts';
import { load } from '../../src/commands/load.ts';
import type { ScoriaError } from '../../src/domain/errors.ts';
import { KeyValueSet } from '../../src/domain/keyvalue/key-value.ts';
import { VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { SourcePinned } from '../../src/domain/volume/pin.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { dumpOfStreams } from '../../src/projections/dump.ts';
import { foldStreams } from '../../src/projections/fold-streams.ts';
import { collect, Recording } from './recording.ts';

export const context = {
  author: { executor: 'host/1/loader', now: () => new Date('2026-11-21T00:00:00.000Z') },
  actor: { user: 'eve', project: 'compute' },
  file: 'backup.json',
};

/** A log with something of everything that a dump can hold. */
export const somethingOfAll = async (): Promise<EventLog> => {
  const recording = new Recording(createMemoryLog());
  await recording.backend();
  await recording.volume('v1', { name: 'data', metadata: { '10': 'b', '9': 'a' } });
  await recording.snapshot('v1', 's1');
  await recording.connection('v1', 'c1');
  await recording.volume('v2');
  await recording.add('volume-v2', [VolumeExtensionRequested.of({ size: 20, previous_size: 10 })]);
  await recording.add('volume-v2', [SourcePinned.of({ pin_id: 'p', pin: { volume_id: 'v9', snapshot_id: null } })]);
  await recording.add('kv-host', [KeyValueSet.of({ key: 'host', value: 'node7' })]);
  return recording.log;
};

export const dumped = async (log: EventLog, withConfiguration = false): Promise<string> =>
  [...dumpOfStreams(await foldStreams(log), { withConfiguration })].join('');
export const exported = async (log: EventLog): Promise<string> => (await collect(exportEvents(log))).join('');

export async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
}

/** What loading refuses, and that it wrote nothing. */
export const refused = async (text: string): Promise<ScoriaError> => {
  const log = createMemoryLog();
  const error: unknown = await load(log, text, context).catch((problem: unknown) => problem);
  expect(error).toMatchObject({ name: 'ScoriaError' });
  expect(await log.head()).toBe(0n);
  return error as ScoriaError;
};
