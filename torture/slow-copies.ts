import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How long a copy waits between opening its source and copying it, in seconds. */
export const COPY_SECONDS = 'TORTURE_COPY_SECONDS';
const COPIES = 'TORTURE_COPIES';
const USUAL_SECONDS = '0.02';

/** Opens the source, and makes the target, so that it goes on when whoever started it is dead. Notes when it ended. */
const SLOW_CP = `#!/bin/sh
while [ $# -gt 2 ]; do shift; done
exec 3<"$1" || exit 1
: >"$2"
sleep "$${COPY_SECONDS}"
PATH="\${PATH#*:}"
cp --sparse=always --reflink=auto --no-target-directory -- /proc/self/fd/3 "$2" || exit 1
echo "$SCORIA_OPERATION $PPID $(date +%s%3N)" >>"$${COPIES}"
`;

/** A copy that came to its end. */
export interface EndedCopy {
  /** The command that it was for. */
  readonly commandId: string;
  /** The process that started it. */
  readonly pid: string;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

/** The variables under which `cp` takes its time, and what it noted. */
export const slowCopies = async (directory: string) => {
  const bin = join(directory, 'bin');
  const notes = join(directory, 'copies');
  await mkdir(bin);
  await writeFile(notes, '');
  await writeFile(join(bin, 'cp'), SLOW_CP);
  await chmod(join(bin, 'cp'), 0o755);
  return {
    environment: { PATH: `${bin}:${process.env.PATH}`, [COPIES]: notes, [COPY_SECONDS]: USUAL_SECONDS },
    ended: async (): Promise<readonly EndedCopy[]> =>
      (await readFile(notes, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' '))
        .map(([commandId = '', pid = '', endedAt]) => ({ commandId, pid, endedAt: Number(endedAt) })),
  };
};
