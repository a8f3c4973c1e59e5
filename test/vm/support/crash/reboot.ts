import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where there is nothing to end, ending it fails, and that is as good. */
const tried = (program: string, ...args: readonly string[]): Promise<unknown> =>
  run(program, [...args]).catch(() => null);

const CLEAR_NVMET = `
cd /sys/kernel/config/nvmet 2> /dev/null || exit 0
rm -f ports/*/subsystems/* subsystems/*/allowed_hosts/*
for enable in subsystems/*/namespaces/*/enable; do [ -e "$enable" ] && echo 0 > "$enable"; done
for directory in subsystems/*/namespaces/* subsystems/* hosts/* ports/*; do [ -d "$directory" ] && rmdir "$directory"; done
exit 0
`;

/** Takes away all that lives in the kernel and in processes, and leaves what is on disks. */
export const loseMemory = async (volumeGroup: string): Promise<void> => {
  await tried('multipath', '-F');
  await tried('iscsiadm', '-m', 'node', '--logoutall=all');
  await tried('nvme', 'disconnect-all');
  for (const daemon of ['iscsid', 'tgtd', 'multipathd']) await tried('pkill', '-KILL', '-x', daemon);
  await tried('targetctl', 'clear');
  await run('bash', ['-c', CLEAR_NVMET]);
  await rm('/run/scoria', { recursive: true, force: true });
  await run('vgchange', ['-an', volumeGroup]);
};
