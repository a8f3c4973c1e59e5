import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const COMMAND = join(process.cwd(), 'dist', 'cli', 'main.js');

/** A search path on which `scoria` is the command that was built. */
export const scoriaOnPath = async (directory: string): Promise<string> => {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'scoria'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
};
