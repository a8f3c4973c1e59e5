import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryLog, type MemoryLog } from '../../src/eventlog/memory.ts';
import { logUnavailable } from '../../src/eventlog/sqlite-errors.ts';
import { nextLine, startChild } from '../eventlog/child.ts';
import { engineOnArray, eventTypes } from '../support/engine.ts';

test('a log that is locked between an intent and its outcome: the same command settles it when the lock is gone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'scoria-locked-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = join(directory, 'scoria.db');
  const { engine, backend, array } = await engineOnArray({ log, lockTimeoutMs: 100 });
  const volume = await backend.createVolume({ size: 1 });
  array.inject({ call: 'extendVolume', hang: true });
  const commandId = '6d5c1a0e-0000-4000-8000-00000000000d';
  const extending = volume.extend(2, { commandId });
  extending.catch(() => {});
  await array.hanging();
  const holder = startChild('hold-lock', [log, '0']);
  expect(await nextLine(holder)).toBe('held');
  array.release();
  await expect(extending).rejects.toMatchObject({
    code: 'LogUnavailable',
    message: expect.stringMatching(/another process holds it.*ExtendVolume has begun, and how it ended stands open/),
    remedy: expect.stringMatching(/scoria recover/),
    details: { file: log, command_id: commandId },
  });
  // Reads do not wait for writers.
  expect(await engine.openOperations()).toMatchObject([{ operation: 'ExtendVolume' }]);
  holder.process.stdin?.end();
  await holder.ended;
  expect(await volume.extend(2, { commandId })).toMatchObject({ size: 2 });
  expect((await eventTypes(engine, volume.id)).slice(-2)).toEqual(['VolumeExtensionRequested', 'VolumeExtended']);
  expect(array.calls.filter(({ call }) => call === 'extendVolume')).toHaveLength(1);
});

/** A log that fails at the first append of an event of that type, before anything of it is recorded. */
const failingAt = (type: string): MemoryLog => {
  const log = createMemoryLog();
  let failed = false;
  return {
    ...log,
    append: async (append) => {
      if (failed || !append.events.some(({ body }) => JSON.parse(body).type === type)) return log.append(append);
      failed = true;
      throw logUnavailable('scoria.db', 'is away', 'try again');
    },
  };
};

test('a log that fails between a copy and the release of its source: the copy stands open and is no question', async () => {
  const { engine, backend } = await engineOnArray({ log: failingAt('SourceUnpinned') });
  const source = await backend.createVolume({ size: 1 });
  const commandId = '6d5c1a0e-0000-4000-8000-00000000000e';
  const id = '6d5c1a0e-0000-4000-8000-00000000000f';
  await expect(source.clone({ id }, { commandId })).rejects.toMatchObject({ code: 'LogUnavailable' });
  expect(await engine.openOperations()).toMatchObject([{ operation: 'CloneVolume', state: 'open' }]);
  expect(await source.clone({ id }, { commandId })).toMatchObject({ id, status: 'available' });
  expect(await eventTypes(engine, id)).not.toContain('VolumeOutcomeUnknown');
  expect(await eventTypes(engine, source.id)).toContain('SourceUnpinned');
});
