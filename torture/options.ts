import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { wholeNumber } from '../test/support/whole-number.ts';
import { LOGS } from './logs/logs.ts';
import { SUBJECTS } from './subjects.ts';

const names = (known: object): string => Object.keys(known).join(', ');

/** What of these has the name that is given. */
const oneOf =
  <Value>(known: Readonly<Record<string, Value>>) =>
  (name: string): Value => {
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found === undefined) throw new InvalidArgumentError(`Give one of ${names(known)}.`);
    return found;
  };

const jsonObject = (text: string): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('Give a JSON object.');
  }
};

interface Options {
  readonly driver: (typeof SUBJECTS)[string];
  readonly options: Record<string, unknown>;
  readonly log: (typeof LOGS)[string];
  readonly kills: number;
  readonly processes: number;
  readonly seed: number;
  readonly slowness: number;
  readonly keep?: true;
}

export const options = new Command('npm run torture --')
  .description(
    'Kills processes that work on one log and one backend at every labelled point and at any time, and so the log’s ' +
      'server. Then recovers what they left, and checks every promise: the exit code is 1 where one is broken.',
  )
  .addOption(
    new Option('--driver <name>', `what they work on: ${names(SUBJECTS)}`)
      .argParser(oneOf(SUBJECTS))
      .default(SUBJECTS.file, 'file'),
  )
  .addOption(new Option('--options <json>', 'options of the backend').argParser(jsonObject).default({}, 'none'))
  .addOption(
    new Option('--log <kind>', `where the events are: ${names(LOGS)}`)
      .argParser(oneOf(LOGS))
      .default(LOGS.sqlite, 'sqlite'),
  )
  .addOption(new Option('--kills <number>', 'how many processes are killed').argParser(wholeNumber()).default(500))
  .addOption(new Option('--processes <number>', 'how many work at a time').argParser(wholeNumber()).default(4))
  .addOption(
    new Option('--seed <number>', 'draws the deaths; the same draws the same')
      .argParser(wholeNumber(0))
      .default(Date.now() % 1_000_000, 'another each time'),
  )
  .addOption(new Option('--slowness <factor>', 'how slow the machine is').argParser(wholeNumber()).default(1))
  .option('--keep', 'keep what it left, even where all is well')
  .parse()
  .opts<Options>();
