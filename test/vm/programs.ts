import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program to its end and answers what it printed. */
export const answerOf = async (program: string, args: readonly string[], directory?: string): Promise<string> => {
  // Where a user's path may not lead: depmod is there.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' };
  return (await run(program, [...args], { maxBuffer: 2 ** 28, env, ...(directory && { cwd: directory }) })).stdout;
};

/** What must be on the host, with the Debian package that has it. The rest is unpacked and never installed. */
const NEEDED = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['busybox', 'busybox-static'],
  ['depmod', 'kmod'],
  ['xz', 'xz-utils'],
  ['apt-get', 'apt'],
  ['dpkg-deb', 'dpkg'],
] as const;

export const assertPrograms = async (): Promise<void> => {
  const found = await Promise.all(
    NEEDED.map(([program]) =>
      answerOf('which', [program]).then(
        () => true,
        () => false,
      ),
    ),
  );
  const missing = NEEDED.filter((_, index) => !found[index]).map(([, debianPackage]) => debianPackage);
  if (missing.length === 0) return;
  throw new Error(
    `the machine needs programs of this host: apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
};
