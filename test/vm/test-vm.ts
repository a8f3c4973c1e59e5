import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { bundleSuites, suiteNames } from './bundle.ts';
import { type MachineEnd, quoted, runMachine } from './machine.ts';

interface TestOptions {
  readonly full?: true;
  readonly report?: string;
}

interface TestLine {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
}

const MINUTE_MS = 60_000;
/** Of one suite, and of the machine with all of them. */
const TIME = {
  short: { suiteMs: 8 * MINUTE_MS, allMs: 20 * MINUTE_MS },
  full: { suiteMs: 90 * MINUTE_MS, allMs: 240 * MINUTE_MS },
};

const main = async (chosen: readonly string[], { full, report }: TestOptions): Promise<void> => {
  const known = await suiteNames();
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no suite ${unknown.join(', ')}; the suites are ${known.join(', ')}`);
  const names = chosen.length > 0 ? chosen : known;
  const { suiteMs, allMs } = TIME[full ? 'full' : 'short'];
  const directory = await bundleSuites(names);
  const run = await runMachine({
    command: ['bash', join(import.meta.dirname, 'guest', 'run-suites.sh'), directory, String(suiteMs / 1000), ...names]
      .map(quoted)
      .join(' '),
    directory: resolve(import.meta.dirname, '..', '..'),
    packages: 'storage',
    disks: ['12G', '12G', '3G', '3G'],
    memoryMiB: 2048,
    timeoutMs: allMs,
    environment: { SCORIA_NODE: process.execPath, SCORIA_VM_SUITES: directory, ...(full && { SCORIA_VM_FULL: '1' }) },
    onOutput: (text) => process.stdout.write(text),
  });
  const counts = await counted(names, run.outDirectory);
  await Promise.all([run.dispose(), rm(directory, { recursive: true })]);
  complain(run.end);
  const isGreen = run.end.kind === 'exited' && run.end.exitCode === 0 && counts.failed === 0 && counts.passed > 0;
  if (report !== undefined) await writeFile(report, JSON.stringify(reportOf(counts, isGreen)));
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  process.exitCode = isGreen ? 0 : 1;
};

type Counts = Record<TestLine['status'], number>;

/** A suite that did not come to its end, or ended badly with no test to show for it, counts as one failure. */
const counted = async (names: readonly string[], outDirectory: string): Promise<Counts> => {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    const text = await readFile(join(outDirectory, `${name}.jsonl`), 'utf8').catch(() => '');
    const exit = await readFile(join(outDirectory, `${name}.exit`), 'utf8').catch(() => 'none');
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as TestLine);
    for (const { status } of lines) counts[status] += 1;
    if (exit.trim() !== '0' && !lines.some(({ status }) => status === 'failed')) counts.failed += 1;
  }
  return counts;
};

const complain = (end: MachineEnd): void => {
  if (end.kind !== 'exited') process.stderr.write(`the machine ${end.kind}; its console said last:\n${end.console}\n`);
};

/** As the other test runners report. */
const reportOf = ({ passed, failed, skipped }: Counts, success: boolean): object => ({
  success,
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
});

await new Command('npm run test:vm --')
  .description(
    'Runs the suites that need a kernel with LVM, iSCSI, NVMe and device-mapper, all in one virtual machine.',
  )
  .argument('[suites...]', 'names of files in test/vm/suites, without .vm.ts; all of them unless given')
  .option('--full', 'every combination, and many more runs')
  .option('--report <file>', 'where the counts are written as JSON')
  .action(main)
  .parseAsync();
