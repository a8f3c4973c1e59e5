import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory of the test's own; removed when the test ends. */
export const ownDirectory = (): string => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'scoria-config-')));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
};

/** A configuration file with that text; its path. */
export const fileWith = (text: string, directory = ownDirectory()): string => {
  const file = join(directory, 'scoria.yaml');
  writeFileSync(file, text);
  return file;
};
