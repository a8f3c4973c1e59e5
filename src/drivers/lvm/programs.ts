import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from '../command-runner.ts';
import type { RunCommand } from '../run-command.ts';
import { lvmFailure } from './failures.ts';
import {
  fullReportArguments,
  type GroupReport,
  type LogicalVolume,
  lvsArguments,
  readFullReport,
  readLvs,
} from './report.ts';

export interface ProgramOptions {
  readonly volume_group: string;
  readonly lvm_conf_file: string;
  readonly lvm_suppress_fd_warnings: boolean;
}

const TIMEOUT_MS = 60_000;

/** The programs of LVM, for one volume group. */
export class Programs {
  readonly group: string;
  readonly #run: RunCommand;
  readonly #options: ProgramOptions;
  #variables: Promise<readonly string[]> | undefined;

  constructor(options: ProgramOptions, run: RunCommand) {
    this.group = options.volume_group;
    this.#options = options;
    this.#run = run;
  }

  /** The group and all that is in it. */
  async report(): Promise<GroupReport> {
    return readFullReport(
      await this.#ask(`read the volume group ${this.group}`, 'lvm', fullReportArguments(this.group)),
    );
  }

  /** Those of the named volumes that are there, and the snapshots of one. */
  async look(names: readonly string[], { snapshotsOf }: { readonly snapshotsOf?: string } = {}): Promise<Found> {
    const wanted = names.map((name) => `lv_name="${name}"`);
    const selection = [...wanted, ...(snapshotsOf === undefined ? [] : [`origin="${snapshotsOf}"`])].join('||');
    const printed = await this.#ask(`read ${names[0]}`, 'lvs', lvsArguments(this.group, selection));
    return foundIn(readLvs(printed));
  }

  /**
   * Runs a program that changes something. One that ended by itself with a failure did nothing; of one that was stopped
   * it is not known.
   */
  async change(action: string, program: string, args: readonly string[], timeoutMs = TIMEOUT_MS): Promise<void> {
    try {
      await this.#start(program, args, timeoutMs);
    } catch (error) {
      if (!(error instanceof CommandError) || (error.started && error.exitCode === null)) throw error;
      if (error.timedOut || (error.started && error.cancelled)) throw error;
      throw lvmFailure(this.group, action, error);
    }
  }

  async #ask(action: string, program: string, args: readonly string[]): Promise<string> {
    try {
      return await this.#start(program, args, TIMEOUT_MS);
    } catch (error) {
      throw error instanceof CommandError ? lvmFailure(this.group, action, error) : error;
    }
  }

  /** A root helper such as sudo drops variables, so that `env` sets them behind it, as Cinder does. */
  async #start(program: string, args: readonly string[], timeoutMs: number): Promise<string> {
    this.#variables ??= variablesOf(this.#options);
    const variables = await this.#variables;
    const [file = program, ...rest] = variables.length === 0 ? [program] : ['env', ...variables, program];
    return (await this.#run(file, [...rest, ...args], { root: true, timeoutMs })).stdout;
  }
}

/** The volumes that were found, by name and all. */
export type Found = ((name: string) => LogicalVolume | undefined) & { readonly all: readonly LogicalVolume[] };

const foundIn = (volumes: readonly LogicalVolume[]): Found =>
  Object.assign((name: string) => volumes.find((one) => one.name === name), { all: volumes });

const variablesOf = async (options: ProgramOptions): Promise<readonly string[]> => {
  const { lvm_conf_file: file } = options;
  const isThere =
    file.toLowerCase() !== 'none' &&
    (await access(file).then(
      () => true,
      () => false,
    ));
  return [
    ...(isThere ? [`LVM_SYSTEM_DIR=${dirname(file)}`] : []),
    ...(options.lvm_suppress_fd_warnings ? ['LVM_SUPPRESS_FD_WARNINGS=1'] : []),
  ];
};
