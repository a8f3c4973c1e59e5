/** `npm run bench`: Scoria beside cinderlib, and beside the least that the machine needs. See docs/benchmarks.md. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from '../test/support/whole-number.ts';
import { judge, type Result } from './judge.ts';
import { machineOf } from './machine.ts';
import { measures } from './measures.ts';
import { prepareIn } from './prepared.ts';
import { findCinderlib } from './processes.ts';
import { profileOf } from './profile.ts';
import { markdownTable, textTable, writeIntoDocs } from './report.ts';
import { runRounds, type Surroundings } from './run.ts';
import { FULL, SMALL } from './size.ts';

const NAMES = measures.map(({ name }) => name);

interface Options {
  readonly only?: readonly string[];
  readonly rounds: number;
  readonly directory: string;
  readonly smoke?: true;
  readonly profile?: string;
  readonly write?: true;
  readonly report?: string;
}

const say = (words: string): void => console.error(words);

const options = new Command('bench')
  .description('Measures Scoria, cinderlib where it is installed, and the bare limit, in turn and in fresh processes.')
  .addOption(new Option('--only <name...>', 'these measures').choices(NAMES))
  .addOption(new Option('--rounds <number>', 'how often each subject runs').argParser(wholeNumber()).default(5))
  .addOption(new Option('--directory <path>', 'where the logs are, on the disk to be measured').default(tmpdir()))
  .addOption(new Option('--smoke', 'a small run that fails where something is ruined').conflicts('write'))
  .addOption(new Option('--report <file>', "a small run's counts, as the tests report theirs"))
  .addOption(new Option('--profile <name>', "where the time of a measure's first subject goes").choices(NAMES))
  .addOption(new Option('--write', 'the table into docs/benchmarks.md').conflicts('only'))
  .parse()
  .opts<Options>();

const compare = async (around: Surroundings): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (const measure of measures) {
    if (options.only !== undefined && !options.only.includes(measure.name)) continue;
    const rounds = await runRounds(measure, options.smoke ? 1 : options.rounds, around);
    const judgement = { size: around.size, bounds: options.smoke ? ('ruin' as const) : ('aims' as const) };
    results.push(...measure.aims.map((aim) => judge(measure, aim, rounds, judgement)));
  }
  return results;
};

/** Fails the run where something is ruined, and leaves the counts to CI. */
const conclude = async (results: readonly Result[]): Promise<void> => {
  const judged = results.flatMap(({ measured }) => measured?.reached ?? []);
  const numPassedTests = judged.filter((reached) => reached).length;
  const numFailedTests = judged.length - numPassedTests;
  const success = numFailedTests === 0;
  if (!success) process.exitCode = 1;
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
  if (options.report !== undefined) {
    await writeFile(options.report, JSON.stringify({ success, numPassedTests, numFailedTests }));
  }
};

await using atTheEnd = new AsyncDisposableStack();
const directory = await mkdtemp(join(options.directory, 'scoria-bench-'));
try {
  const size = options.smoke ? SMALL : FULL;
  const cinderlib = await findCinderlib(directory);
  if (cinderlib === null) say('cinderlib is not installed (apt-get install python3-cinderlib): going without it');
  const machine = await machineOf(directory, cinderlib);
  if (machine.includes('tmpfs')) say(`${directory} is in memory, where nothing is durable: give --directory on a disk`);
  const prepared = prepareIn(join(directory, 'prepared'), size, say, atTheEnd);
  const around: Surroundings = { directory, size, prepared, hasCinderlib: cinderlib !== null, say };
  const profiled = measures.find(({ name }) => name === options.profile);
  if (profiled !== undefined) {
    console.log(await profileOf(profiled, around));
  } else {
    const results = await compare(around);
    console.log(textTable(results));
    if (options.write) await writeIntoDocs(markdownTable(results, machine));
    if (options.smoke) await conclude(results);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
