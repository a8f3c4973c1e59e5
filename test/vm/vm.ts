import { Command, Option } from 'commander';
import { quoted, runMachine } from './machine.ts';
import { PACKAGES, type PackageSet } from './packages.ts';

interface VmOptions {
  readonly disks: string;
  readonly memory: string;
  readonly timeout: string;
  readonly packages: PackageSet;
}

await new Command('npm run vm --')
  .description(
    'Runs a command as root in a throw-away virtual machine: this host’s files, a kernel that has LVM, iSCSI, NVMe and ' +
      'device-mapper, and blank disks /dev/vda, /dev/vdb, ... Ends with the command’s exit code; with 124 when it took ' +
      'too long, with 125 when the machine panicked.',
  )
  .argument('<command...>')
  .option('--disks <sizes>', 'sizes of the blank disks', '8G,8G')
  .option('--memory <MiB>', 'memory of the machine', '1024')
  .option('--timeout <seconds>', 'how long it may run', '600')
  .addOption(new Option('--packages <set>', 'which packages it has').choices(Object.keys(PACKAGES)).default('storage'))
  .passThroughOptions()
  .action(async (words: readonly string[], { disks, memory, timeout, packages }: VmOptions) => {
    const { end, dispose } = await runMachine({
      command: words.map(quoted).join(' '),
      directory: process.cwd(),
      packages,
      disks: disks.split(',').filter(Boolean),
      memoryMiB: Number(memory),
      timeoutMs: Number(timeout) * 1000,
      shares: {},
      environment: {},
      onOutput: (text) => process.stdout.write(text),
    });
    await dispose();
    if (end.kind === 'exited') process.exit(end.exitCode);
    process.stderr.write(`the machine ${end.kind}; its console said last:\n${end.console}\n`);
    process.exit(end.kind === 'hung' ? 124 : 125);
  })
  .parseAsync();
