// One process that gives a few commands, for `strace` to watch: with all its syncs, without those of the log, or without
// those of the volumes.

import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { createEngine, silentLogger } from '../../src/index.ts';
import { ACKNOWLEDGED } from './trace.ts';

export type Omission = 'nothing' | 'syncs of the log' | 'syncs of the volumes';

const [log = '', volumes = '', omission = 'nothing'] = process.argv.slice(2);

const omitSyncsOfLog = (): void => {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    // Later than the open, which asserts the durable setting.
    if (sql === 'BEGIN IMMEDIATE') exec.call(this, 'PRAGMA synchronous = OFF');
    exec.call(this, sql);
  };
};

const omitSyncsOfVolumes = async (): Promise<void> => {
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  prototype.sync = async () => {};
};

if (omission === 'syncs of the log') omitSyncsOfLog();
if (omission === 'syncs of the volumes') await omitSyncsOfVolumes();

/** What was done is said on standard output, where `strace` sees it written. */
const acknowledge = (): void => void writeSync(1, `${ACKNOWLEDGED}\n`);

await using engine = await createEngine({ log, logger: silentLogger, user: 'ada' });
const backend = await engine.addBackend({ name: 'store', driver: 'file', options: { directory: volumes } });
acknowledge();
const volume = await backend.createVolume({ size: 1 });
acknowledge();
await volume.rename({ name: 'db' });
acknowledge();
const snapshot = await volume.createSnapshot();
acknowledge();
await volume.extend(2);
acknowledge();
const copy = await volume.clone();
acknowledge();
await volume.revert(snapshot.id);
acknowledge();
await snapshot.delete();
acknowledge();
await copy.delete();
acknowledge();
