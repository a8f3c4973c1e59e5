import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
