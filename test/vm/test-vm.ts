import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { bundleSuites, isForFullRuns, suiteNames } from './bundle.ts';
import { type MachineEnd, quoted, runMachine } from './machine.ts';

interface TestOptions {
  readonly full?: true;
  readonly machines: string;
  readonly report?: string;
}

interface TestLine {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Of a failed one: what it threw. */
  readonly message?: string;
}

const MINUTE_MS = 60_000;
/** Of one suite, and of a machine with several: a host may be half as fast as another. */
const TIMES = {
  short: { suiteMs: 15 * MINUTE_MS, machineMs: 60 * MINUTE_MS },
  full: { suiteMs: 120 * MINUTE_MS, machineMs: 300 * MINUTE_MS },
};

/** What takes longest comes first, so that the machines end at about the same time. */
const LONGEST = [
  'crash',
  'driver-others.full',
  'driver-thick-lio',
  'driver-thin-nvmet',
  'driver-thin-tgt',
  'torture.full',
  'lvm.full',
  'connectors-rbd',
  'takeover',
  'from-cinderlib',
  'connectors-multipath',
  'connectors-iscsi',
];
const rank = (name: string): number => (LONGEST.includes(name) ? LONGEST.indexOf(name) : LONGEST.length);

const main = async (chosen: readonly string[], { full, machines, report }: TestOptions): Promise<void> => {
  const known = await suiteNames();
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no suite ${unknown.join(', ')}; the suites are ${known.join(', ')}`);
  const names =
    chosen.length > 0
      ? chosen
      : known.filter((name) => full || !isForFullRuns(name)).toSorted((a, b) => rank(a) - rank(b));
  const bundles = await bundleSuites(names);
  const results = await mkdtemp(join(tmpdir(), 'scoria-vm-results-'));
  try {
    const ends: MachineEnd[] = [];
    const runAll = async (): Promise<void> => {
      let before = Number.POSITIVE_INFINITY;
      for (let left = await unclaimed(names, results); left > 0 && left < before; ) {
        const end = await machineWith(names, bundles, results, full === true);
        complain(end);
        ends.push(end);
        before = left;
        left = await unclaimed(names, results);
      }
    };
    await Promise.all(Array.from({ length: Math.min(Number(machines), names.length) }, runAll));
    const suites = await Promise.all(names.map((name) => suiteEnd(name, results)));
    for (const suite of suites) tell(suite);
    const counts = counted(suites);
    const isGreen = ends.every(({ kind }) => kind === 'exited') && counts.failed === 0 && counts.passed > 0;
    if (report !== undefined) await writeFile(report, JSON.stringify(reportOf(counts, suites, isGreen)));
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    process.exitCode = isGreen ? 0 : 1;
  } finally {
    await Promise.all([bundles, results].map((directory) => rm(directory, { recursive: true })));
  }
};

/** How many suites no machine has begun. One ends with the first that fails, and one that begins none is of no use. */
const unclaimed = async (names: readonly string[], results: string): Promise<number> => {
  const there = await readdir(results);
  return names.filter((name) => !there.includes(`${name}.claimed`)).length;
};

const machineWith = async (
  names: readonly string[],
  bundles: string,
  results: string,
  isFull: boolean,
): Promise<MachineEnd> => {
  const { suiteMs, machineMs } = TIMES[isFull ? 'full' : 'short'];
  const lines = linesOnly((text) => process.stdout.write(text));
  const { end, dispose } = await runMachine({
    command: ['bash', join(import.meta.dirname, 'guest', 'run-suites.sh'), bundles, String(suiteMs / 1000), ...names]
      .map(quoted)
      .join(' '),
    directory: resolve(import.meta.dirname, '..', '..'),
    packages: 'cinder',
    disks: ['12G', '12G', '3G', '3G'],
    memoryMiB: 2048,
    timeoutMs: machineMs,
    shares: { results },
    environment: {
      ...settings(),
      SCORIA_NODE: process.execPath,
      SCORIA_VM_SUITES: bundles,
      ...(isFull && { SCORIA_VM_FULL: '1' }),
    },
    onOutput: lines,
  });
  await dispose();
  return end;
};

/** What suites are told by variables: seeds, and what of them is to run. */
const settings = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value = '']) => (name.startsWith('SCORIA_') ? [[name, value]] : [])),
  );

/** Hands on whole lines, so that those of two machines do not mix. */
const linesOnly = (write: (text: string) => void): ((text: string) => void) => {
  let begun = '';
  return (text) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) write(begun + text.slice(0, end));
    begun = end > 0 ? text.slice(end) : begun + text;
  };
};

type Counts = Record<TestLine['status'], number>;

/** A suite's end, with its tests that failed. */
interface SuiteEnd {
  readonly name: string;
  readonly how: string;
  readonly lines: readonly TestLine[];
  readonly failed: readonly Pick<TestLine, 'name' | 'message'>[];
}

/** A suite that did not come to its end, or ended badly with no test to show for it, counts as one failure. */
const suiteEnd = async (name: string, results: string): Promise<SuiteEnd> => {
  const text = await readFile(join(results, `${name}.jsonl`), 'utf8').catch(() => '');
  const exit = (await readFile(join(results, `${name}.exit`), 'utf8').catch(() => 'none')).trim();
  const how = exit === '0' ? 'passed' : exit === 'none' ? 'did not end' : `ended with exit code ${exit}`;
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as TestLine);
  const failed = lines.filter(({ status }) => status === 'failed');
  return { name, how, lines, failed: exit !== '0' && failed.length === 0 ? [{ name: `the suite ${how}` }] : failed };
};

const counted = (ends: readonly SuiteEnd[]): Counts => {
  const lines = ends.flatMap((end) => end.lines);
  const count = (wanted: TestLine['status']): number => lines.filter(({ status }) => status === wanted).length;
  return { passed: count('passed'), failed: ends.flatMap(({ failed }) => failed).length, skipped: count('skipped') };
};

const tell = ({ name, how, lines, failed }: SuiteEnd): void => {
  const seconds = lines.reduce((sum, line) => sum + line.seconds, 0);
  process.stdout.write(`${name}: ${lines.length} tests in ${seconds.toFixed(0)} s, ${how}\n`);
  for (const one of failed) process.stdout.write(`  failed: ${one.name}\n`);
};

const complain = (end: MachineEnd): void => {
  if (end.kind !== 'exited') process.stderr.write(`a machine ${end.kind}; its console said last:\n${end.console}\n`);
};

/** As the other test runners report. */
const reportOf = ({ passed, failed, skipped }: Counts, suites: readonly SuiteEnd[], success: boolean): object => ({
  success,
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  testResults: suites.map((suite) => ({
    name: suite.name,
    assertionResults: suite.failed.map(({ name, message }) => ({
      fullName: name,
      status: 'failed',
      failureMessages: message === undefined ? [] : [message],
    })),
  })),
});

await new Command('npm run test:vm --')
  .description('Runs the suites that need a kernel with LVM, iSCSI, NVMe and device-mapper, in virtual machines.')
  .argument(
    '[suites...]',
    'names of files in test/vm/suites, without .vm.ts; all of them unless given, NAME.full with --full only',
  )
  .option('--full', 'every combination, and many more runs')
  .option('--machines <number>', 'how many run the suites at the same time', String(availableParallelism()))
  .option('--report <file>', 'where the counts are written as JSON')
  .action(main)
  .parseAsync();
