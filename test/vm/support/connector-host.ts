import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { HostEnvironment } from '../../../src/connectors/environment.ts';
import { createCommandRunner } from '../../../src/drivers/command-runner.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { type Logger, silentLogger } from '../../../src/logging.ts';
import { RBD_MAPPERS } from '../../../src/rbd-mappers.ts';
import { said } from './host.ts';

export interface RecordingHost extends HostEnvironment {
  /** The command lines of all programs that were started, since the last look. */
  commands(): readonly string[];
  readonly warnings: readonly string[];
}

export const recordingHost = (stateDirectory: string): RecordingHost => {
  const started: string[] = [];
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };
  const run = createCommandRunner({ rootHelper: '', log: silentLogger, graceMs: 500 });
  const recorded: RunCommand = (program, args, options) => {
    started.push([program, ...args].join(' '));
    return run(program, args, options);
  };
  return { run: recorded, log, warnings, stateDirectory, commands: () => started.splice(0) };
};

/** Growable block devices cut out of one disk, by device-mapper. */
export class Slices {
  readonly #disk: string;
  readonly #names: string[] = [];

  constructor(disk: string) {
    this.#disk = disk;
  }

  make(name: string, sizeMiB: number): string {
    said('dmsetup', 'create', name, '--table', this.#table(this.#names.length, sizeMiB));
    this.#names.push(name);
    return `/dev/mapper/${name}`;
  }

  grow(name: string, sizeMiB: number): void {
    said('dmsetup', 'load', name, '--table', this.#table(this.#names.indexOf(name), sizeMiB));
    said('dmsetup', 'resume', name);
  }

  remove(): void {
    for (const name of this.#names.splice(0)) said('dmsetup', 'remove', '--retry', name);
  }

  #table(index: number, sizeMiB: number): string {
    return `0 ${sizeMiB * 2048} linear ${this.#disk} ${index * 256 * 2048}`;
  }
}

export const writeAt = (device: string, text: string, offset = 0): void => {
  const file = openSync(device, 'r+');
  try {
    writeSync(file, Buffer.alloc(4096, text), 0, 4096, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** From the disk, whatever this host still keeps of it. */
export const readAt = (device: string, length: number, offset = 0): string => {
  said('blockdev', '--flushbufs', device);
  const file = openSync(device, 'r');
  try {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, offset);
    return bytes.toString();
  } finally {
    closeSync(file);
  }
};

const listed = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};

/** Everything that an attachment may leave on a host. */
export const leftOnHost = (stateDirectory: string): Readonly<Record<string, readonly string[]>> => ({
  sessions: listed('/sys/class/iscsi_session'),
  records: listed('/etc/iscsi/nodes'),
  disks: listed('/sys/block').filter((name) => /^(?:sd|nvme)/.test(name)),
  maps: listed('/sys/block').filter((name) => mapUuid(name).startsWith('mpath-')),
  controllers: listed('/sys/class/nvme'),
  images: [
    ...listed('/sys/bus/rbd/devices'),
    ...listed('/sys/block').filter((name) => listed(`/sys/block/${name}`).includes('pid')),
  ],
  places: RBD_MAPPERS.flatMap((mapper) => listed(`${stateDirectory}/rbd/${mapper}`)),
  claims: listed(`${stateDirectory}/units`),
  wwids: textOf('/etc/multipath/wwids')
    .split('\n')
    .filter((line) => line.startsWith('/')),
});

export const nothingLeft = {
  sessions: [],
  records: [],
  disks: [],
  maps: [],
  controllers: [],
  images: [],
  places: [],
  claims: [],
  wwids: [],
};

const mapUuid = (name: string): string => textOf(`/sys/block/${name}/dm/uuid`);

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
