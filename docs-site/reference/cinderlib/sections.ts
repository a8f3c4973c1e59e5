import { backend } from './backend.ts';
import { connection } from './connection.ts';
import { keyValue } from './key-value.ts';
import { persistence } from './persistence.ts';
import { errors, limitations, validation } from './rest.ts';
import type { Section } from './row.ts';
import { serialization } from './serialization.ts';
import { setup } from './setup.ts';
import { snapshot } from './snapshot.ts';
import { tracking } from './tracking.ts';
import { volume } from './volume.ts';

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [
  setup,
  backend,
  volume,
  snapshot,
  connection,
  keyValue,
  serialization,
  tracking,
  persistence,
  errors,
  validation,
  limitations,
];
