import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BUILT = join(process.cwd(), 'dist', 'cli', 'main.js');

/** A search path on which `scoria` is the command that was built, or that of this file. */
export const scoriaOnPath = async (directory: string, command = BUILT): Promise<string> => {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'scoria'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
};
