import type { Measure } from './measure.ts';
import { bridge } from './measures/bridge.ts';
import { commandStart } from './measures/command-start.ts';
import { connect } from './measures/connect.ts';
import { dump } from './measures/dump.ts';
import { durableCreate } from './measures/durable-create.ts';
import { fileCopy, fileOperation } from './measures/files.ts';
import { importing, importMemory } from './measures/import.ts';
import { inMemory } from './measures/in-memory.ts';
import { load } from './measures/load.ts';
import { manyCallers } from './measures/many-callers.ts';
import { onMariadb, onPostgresql } from './measures/on-servers.ts';
import { peakMemory } from './measures/peak-memory.ts';
import { processes } from './measures/processes.ts';
import { reads } from './measures/reads.ts';
import { recovery } from './measures/recovery.ts';
import { replay } from './measures/replay.ts';
import { sealing } from './measures/sealing.ts';
import { oneOperation, opening } from './measures/size-of-history.ts';
import { verify } from './measures/verify.ts';

/** In the order of the table. */
export const measures: readonly Measure[] = [
  durableCreate,
  manyCallers,
  inMemory,
  reads,
  dump,
  load,
  importing,
  importMemory,
  bridge,
  replay,
  opening,
  oneOperation,
  connect,
  commandStart,
  peakMemory,
  fileOperation,
  fileCopy,
  recovery,
  processes,
  sealing,
  verify,
  onPostgresql,
  onMariadb,
];
