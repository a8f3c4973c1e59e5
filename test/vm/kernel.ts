import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cached } from './cache.ts';
import { answerOf } from './programs.ts';

export interface Kernel {
  /** An ELF file, which starts without unpacking itself. */
  readonly image: string;
  /** Its `lib/modules`. */
  readonly modules: string;
}

/** Debian's newest kernel, unpacked and never installed. */
export const debianKernel = async (): Promise<Kernel> => {
  const depends = await answerOf('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt knows no kernel: run apt-get update on a Debian for amd64');
  const release = name.slice('linux-image-'.length);
  const directory = await cached(name, async (into) => {
    await answerOf('apt-get', ['download', name], into);
    const [file = ''] = (await readdir(into)).filter((entry) => entry.endsWith('.deb'));
    await answerOf('dpkg-deb', ['-x', join(into, file), into]);
    await rm(join(into, file));
    await answerOf('depmod', ['-b', into, release]);
    await unpackImage(join(into, 'boot', `vmlinuz-${release}`), join(into, 'vmlinux'));
  });
  return { image: join(directory, 'vmlinux'), modules: join(directory, 'lib', 'modules') };
};

const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

const unpackImage = async (from: string, to: string): Promise<void> => {
  const packed = await readFile(from);
  const unpacking = execFile('xz', ['--decompress', '--single-stream', '--stdout'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  const written = pipeline(unpacking.stdout ?? [], createWriteStream(to));
  unpacking.stdin?.on('error', () => {}).end(packed.subarray(packed.indexOf(XZ_MAGIC)));
  await written;
  if ((await readFile(to)).subarray(0, 4).toString('latin1') !== '\u007fELF')
    throw new Error(`${from} holds no ELF file`);
};

/** What the first process needs before it can reach the host's files. */
const EARLY_MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_console'];
const APPLETS = ['sh', 'mount', 'umount', 'mkdir', 'insmod', 'switch_root', 'cat', 'echo', 'poweroff'];

/** The kernel's first file system: busybox and a few modules. */
export const writeInitramfs = async (kernel: Kernel, init: string, to: string): Promise<void> => {
  const root = await mkdtemp(join(tmpdir(), 'scoria-vm-initramfs-'));
  try {
    for (const directory of ['bin', 'modules', 'proc', 'sys', 'dev']) await mkdir(join(root, directory));
    await copyFile((await answerOf('which', ['busybox'])).trim(), join(root, 'bin', 'busybox'));
    for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet));
    await copyFile(init, join(root, 'init'));
    await chmod(join(root, 'init'), 0o755);
    const modules = await modulesFor(kernel, EARLY_MODULES);
    for (const module of modules) await copyFile(module, join(root, 'modules', basename(module)));
    await writeFile(join(root, 'modules', 'order'), modules.map((module) => `${basename(module)}\n`).join(''));
    await answerOf('sh', ['-c', `find . | busybox cpio -o -H newc > "${to}" 2> /dev/null`], root);
  } finally {
    await rm(root, { recursive: true });
  }
};

/** The files of the modules, each after those that it needs. */
const modulesFor = async ({ modules }: Kernel, names: readonly string[]): Promise<readonly string[]> => {
  const [release = ''] = await readdir(modules);
  const lines = (await readFile(join(modules, release, 'modules.dep'), 'utf8')).split('\n');
  const needs = new Map(lines.map((line) => line.split(':') as [string, string]));
  const ordered = names.flatMap((name) => {
    const file = [...needs.keys()].find((path) => basename(path, '.ko') === name);
    if (file === undefined) return [];
    return [...(needs.get(file) ?? '').split(' ').filter(Boolean).toReversed(), file];
  });
  return [...new Set(ordered)].map((file) => join(modules, release, file));
};
