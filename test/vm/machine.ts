import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { constants as osConstants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { debianKernel, writeInitramfs } from './kernel.ts';
import { type PackageSet, unpackedPackages } from './packages.ts';
import { assertPrograms } from './programs.ts';

/**
 * A throw-away virtual machine: Debian's kernel over this host's own files, which it sees read-only under a layer that
 * is lost when it ends. It needs no root. The command runs as root in it, in the directory given.
 */
export interface MachineOptions {
  readonly command: string;
  readonly directory: string;
  readonly packages: PackageSet;
  /** Sizes of the blank disks (/dev/vda, /dev/vdb, ...), as qemu writes them: `8G`. */
  readonly disks: readonly string[];
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  /** Directories of the host that the machine may write to, at `/run/NAME` by their names. */
  readonly shares: Readonly<Record<string, string>>;
  /** Added to the command's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput: (text: string) => void;
}

/** How the machine ended: `exited` by itself with the command's exit code, or what kept it from that. */
export type MachineEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'panicked' | 'hung'; readonly console: string };

export interface MachineRun {
  readonly end: MachineEnd;
  /** What the machine wrote to `/run/out`. Removed by `dispose`. */
  readonly outDirectory: string;
  dispose(): Promise<void>;
}

const GUEST = join(import.meta.dirname, 'guest');
const CONSOLE_LINES = 60;

export const runMachine = async (options: MachineOptions): Promise<MachineRun> => {
  await assertPrograms();
  const [kernel, packages] = await Promise.all([debianKernel(), unpackedPackages(options.packages)]);
  const outDirectory = await mkdtemp(join(tmpdir(), 'scoria-vm-'));
  const remove = () => rmSync(outDirectory, { recursive: true, force: true });
  process.on('exit', remove);
  for (const signal of ENDING) if (process.listenerCount(signal) === 0) process.once(signal, exitBy);
  const inOut = (name: string) => join(outDirectory, name);
  await writeInitramfs(kernel, join(GUEST, 'early-init.sh'), inOut('initramfs'));
  await writeFile(inOut('environment'), environmentText(options, kernel.modules));
  const disks = await Promise.all(options.disks.map((size, index) => blankDisk(inOut(`disk-${index}`), size, index)));
  const args = [
    ...(await processorArguments()),
    ...['-M', 'q35', '-m', String(options.memoryMiB), '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-serial', `file:${inOut('console')}`, '-device', 'isa-debug-exit,iobase=0x501,iosize=1'],
    ...['-kernel', kernel.image, '-initrd', inOut('initramfs'), '-append', kernelArguments()],
    ...shared('host', '/', true),
    ...shared('packages', packages, true),
    ...shared('out', outDirectory, false),
    ...Object.entries(options.shares).flatMap(([name, path]) => shared(name, path, false)),
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=output,path=${inOut('output')}`],
    ...['-device', 'virtserialport,chardev=output,name=out', '-device', 'virtio-rng-pci'],
    ...disks.flat(),
  ];
  const isInTime = await ended(args, inOut('output'), options);
  const exitCode = await readFile(inOut('exit-code'), 'utf8').catch(() => null);
  const consoleText = (await readFile(inOut('console'), 'utf8').catch(() => '')).split('\n');
  const console = consoleText.slice(-CONSOLE_LINES).join('\n');
  const end: MachineEnd =
    exitCode !== null
      ? { kind: 'exited', exitCode: Number(exitCode) }
      : { kind: isInTime ? 'panicked' : 'hung', console };
  const dispose = async () => {
    remove();
    process.off('exit', remove);
  };
  return { end, outDirectory, dispose };
};

const ENDING = ['SIGINT', 'SIGTERM'] as const;

/** Who is told to end takes its machines along, and their disks, which may be large. */
const exitBy = (signal: NodeJS.Signals): never => process.exit(128 + osConstants.signals[signal]);

const environmentText = ({ command, directory, environment, shares }: MachineOptions, modules: string): string => {
  const variables = {
    ...environment,
    SCORIA_VM_SHARES: Object.keys(shares).join(' '),
    SCORIA_VM_MODULES: modules,
    SCORIA_VM_DIRECTORY: resolve(directory),
    SCORIA_VM_COMMAND: command,
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');
};

export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const blankDisk = async (path: string, size: string, index: number): Promise<readonly string[]> => {
  await writeFile(path, '');
  await truncate(path, Number.parseInt(size, 10) * (size.endsWith('G') ? 2 ** 30 : 2 ** 20));
  const drive = `if=none,id=disk${index},file=${path},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap`;
  return ['-drive', drive, '-device', `virtio-blk-pci,drive=disk${index},serial=scoria${index}`];
};

const shared = (tag: string, path: string, isReadOnly: boolean): readonly string[] => {
  const readOnly = isReadOnly ? ',readonly=on,multidevs=remap' : '';
  return [
    ...['-fsdev', `local,id=${tag},path=${path},security_model=none${readOnly}`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
};

const kernelArguments = (): string =>
  [
    'console=ttyS0 quiet loglevel=4 panic=-1 oops=panic softlockup_panic=0',
    'mitigations=off tsc=reliable nokaslr random.trust_cpu=on',
    `scoria.init=${join(GUEST, 'init.sh')}`,
  ].join(' ');

/** The processor's own virtualisation where it has one; else it is emulated, which is many times slower. */
const processorArguments = async (): Promise<readonly string[]> => {
  const [cpu, isOpen] = await Promise.all([
    readFile('/proc/cpuinfo', 'utf8').catch(() => ''),
    access('/dev/kvm', constants.W_OK).then(
      () => true,
      () => false,
    ),
  ]);
  return isOpen && /\b(vmx|svm)\b/.test(cpu)
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'Nehalem'];
};

/** Answers whether the machine ended in time. */
const ended = async (
  args: readonly string[],
  outputSocket: string,
  { timeoutMs, onOutput }: MachineOptions,
): Promise<boolean> => {
  const output = createServer((connection) => connection.setEncoding('utf8').on('data', onOutput));
  await new Promise<void>((listening) => output.listen(outputSocket, listening));
  const qemu = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const kill = () => qemu.kill('SIGKILL');
  process.prependListener('exit', kill);
  let isInTime = true;
  const timer = setTimeout(() => {
    isInTime = false;
    kill();
  }, timeoutMs);
  try {
    await new Promise<void>((end, fail) => qemu.once('close', () => end()).once('error', fail));
  } finally {
    clearTimeout(timer);
    process.off('exit', kill);
    await new Promise((closed) => output.close(closed));
  }
  return isInTime;
};
