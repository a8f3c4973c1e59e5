import type { Target } from './target.ts';
import { notes, proofs } from './targets/audit-files.ts';
import { commandLines } from './targets/command-lines.ts';
import { commands } from './targets/commands.ts';
import { configurations } from './targets/configurations.ts';
import { connectors, keyFiles } from './targets/host-files.ts';
import { dumps, eventExports } from './targets/loads.ts';
import { processes } from './targets/processes.ts';

/** One line per kind of input. */
export const TARGETS: readonly Target[] = [
  processes,
  commandLines,
  configurations,
  dumps,
  eventExports,
  connectors,
  notes,
  proofs,
  keyFiles,
  commands,
];
