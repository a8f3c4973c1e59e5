import type { Measure } from './measure.ts';
import { dump } from './measures/dump.ts';
import { durableCreate } from './measures/durable-create.ts';
import { inMemory } from './measures/in-memory.ts';
import { load } from './measures/load.ts';
import { manyCallers } from './measures/many-callers.ts';
import { reads } from './measures/reads.ts';
import { replay } from './measures/replay.ts';
import { oneOperation, opening } from './measures/size-of-history.ts';

/** In the order of the table. */
export const measures: readonly Measure[] = [
  durableCreate,
  manyCallers,
  inMemory,
  reads,
  dump,
  load,
  replay,
  opening,
  oneOperation,
];
