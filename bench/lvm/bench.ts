// `npm run bench:lvm`: the LVM driver's operations beside the bare programs, in the virtual machine. With a directory on
// PYTHONPATH that holds cinderlib, beside that too.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePrograms } from '../../test/vm/bundle.ts';
import { quoted, runMachine } from '../../test/vm/machine.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const root = resolve(import.meta.dirname, '..', '..');
const python = process.env.PYTHONPATH;

const directory = await bundlePrograms({ bench: join(import.meta.dirname, 'in-machine.ts') });
try {
  const { end, dispose } = await runMachine({
    command: [process.execPath, join(directory, 'bench.mjs')].map(quoted).join(' '),
    directory: root,
    packages: 'cinder',
    disks: ['12G'],
    memoryMiB: 2048,
    timeoutMs: 3_600_000,
    shares: python === undefined ? {} : { cinderlib: python },
    environment: {
      SCORIA_BENCH_ROUNDS: values.rounds,
      ...(python !== undefined && { PYTHONPATH: '/run/cinderlib' }),
    },
    onOutput: (text) => process.stdout.write(text),
  });
  await dispose();
  process.exitCode = end.kind === 'exited' ? end.exitCode : 1;
  if (end.kind !== 'exited') process.stderr.write(`the machine ${end.kind}:\n${end.console}\n`);
} finally {
  await rm(directory, { recursive: true });
}
