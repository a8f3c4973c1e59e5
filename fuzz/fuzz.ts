// `npm run fuzz -- --inputs 100000 --seed 1`: gives Scoria mutated command lines, files and commands, and looks whether
// it keeps what it promises of bad input. `--again FILE` gives the input of a finding once more.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from '../test/support/whole-number.ts';
import { Child } from './running/child.ts';
import { type FoundIn, Run, type Summary } from './running/run.ts';
import { TARGETS } from './targets.ts';

interface Options {
  readonly inputs: number;
  readonly seed: number;
  readonly target?: readonly string[];
  readonly workers: number;
  readonly again?: string;
}

const options = new Command('npm run fuzz --')
  .description(
    'Gives Scoria what was real and then changed, and looks whether it keeps what it promises of bad input: the exit ' +
      'code is 1 where it does not.',
  )
  .addOption(new Option('--inputs <number>', 'how many are given').argParser(wholeNumber()).default(5_000))
  .addOption(
    new Option('--seed <number>', 'draws the changes; the same draws the same')
      .argParser(wholeNumber(0))
      .default(Date.now() % 1_000_000, 'another each time'),
  )
  .addOption(new Option('--target <name...>', 'these kinds of input').choices(TARGETS.map(({ name }) => name)))
  .addOption(
    new Option('--workers <number>', 'how many processes give them')
      .argParser(wholeNumber())
      .default(availableParallelism()),
  )
  .option('--again <file>', 'give the input of a finding once more')
  .parse()
  .opts<Options>();

const MIB = 1024 ** 2;

const planIn = (directory: string) => ({
  directory,
  targets: TARGETS.filter(({ name }) => options.target?.includes(name) ?? true),
  inputs: options.inputs,
  seed: options.seed,
  workers: options.workers,
  onProgress: (given: number) => {
    if (given % 10_000 < 100) console.error(`${given} inputs`);
  },
});

const printFigures = ({ figures, peakBytes }: Summary, seconds: number): void => {
  for (const [target, { inputs, outcomes }] of figures) {
    const accepted = outcomes.get('accepted') ?? 0;
    const codes = [...outcomes.keys()].filter((outcome) => outcome !== 'accepted').toSorted();
    console.log(`${target}: ${inputs} inputs, ${accepted} accepted, else ${codes.join(', ')}`);
  }
  const inputs = [...figures.values()].reduce((sum, one) => sum + one.inputs, 0);
  console.log(`${inputs} inputs in ${seconds.toFixed(0)} s, ${Math.round(peakBytes / MIB)} MiB kept at most`);
};

/** The input in a file, and how to give it again. */
const printFinding = async (finding: FoundIn, index: number, directory: string): Promise<void> => {
  const file = join(directory, `finding-${index + 1}.json`);
  await writeFile(file, JSON.stringify(finding, null, 2));
  console.log(`\n${finding.target}, seed ${finding.seed}: ${finding.message}`);
  console.log(`input: ${JSON.stringify(finding.input)?.slice(0, 2_000)}`);
  console.log(`again: npm run fuzz -- --again ${file}`);
};

const fuzz = async (): Promise<number> => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-fuzz-'));
  console.log(`seed ${options.seed}`);
  const startedAt = performance.now();
  const summary = await new Run(planIn(directory)).whole();
  printFigures(summary, (performance.now() - startedAt) / 1000);
  console.log(`${summary.findings.length} findings`);
  if (summary.findings.length === 0) {
    await rm(directory, { recursive: true });
    return 0;
  }
  for (const [index, finding] of summary.findings.entries()) await printFinding(finding, index, directory);
  return 1;
};

const again = async (file: string): Promise<number> => {
  const { target, input, directory } = JSON.parse(await readFile(file, 'utf8')) as FoundIn;
  const child = new Child(directory);
  try {
    const answer = await child.give({ target, input });
    const outcome = 'outcome' in answer ? answer.outcome : '';
    console.log(outcome);
    return outcome.startsWith('broken') ? 1 : 0;
  } finally {
    await child.end();
  }
};

process.exitCode = options.again === undefined ? await fuzz() : await again(options.again);
