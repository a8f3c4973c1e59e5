import type { Command } from 'commander';
import { countOf, pairsOf } from '../arguments.ts';
import { sizeOf } from '../size.ts';

export const DEFAULT_RUNS = 20;
export const DEFAULT_MAX_COMMANDS = 30;
export const DEFAULT_SIZE_GIB = 1;

export interface CheckOptions {
  readonly driver?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly only?: string;
  readonly runs: number;
  readonly seed?: number;
  readonly path?: string;
  readonly maxCommands: number;
  readonly size: number;
  readonly pool?: string;
  readonly journal?: string;
  readonly cleanUp?: string;
}

export const withCheckOptions = (verb: Command): Command =>
  verb
    .option('--driver <driver>', 'a driver to check that no backend of the log has: ./driver.ts, npm:package or a name')
    .option('--set <option=value>', "with --driver: one of the driver's options (repeatable)", pairsOf('--set'))
    .option('--only <what>', '`suite`, `model`, or part of the name of a check')
    .option('--runs <count>', 'how many lives the model tries', countOf, DEFAULT_RUNS)
    .option('--seed <number>', 'which lives it tries; said always, chosen at random unless given', countOf)
    .option('--path <path>', 'with --seed: one life alone, as a failure names it')
    .option('--max-commands <count>', 'how many commands a life has at most', countOf, DEFAULT_MAX_COMMANDS)
    .option('--size <gib>', 'size of the volumes to make; some are up to 2 GiB larger', sizeOf, DEFAULT_SIZE_GIB)
    .option('--pool <name>', "the backend's pool for the volumes")
    .option('--journal <directory>', 'where the record of the check goes (default: a new temporary directory)')
    .option('--clean-up <journal>', 'take away what a check that was killed left, by its journal');
