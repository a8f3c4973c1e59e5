import { connect } from 'node:net';
import { join } from 'node:path';
import { CommandError } from '../drivers/command-runner.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import { ConnectorFailure } from './contract.ts';
import { attribute, entries, usableSize } from './sysfs.ts';
import { until } from './until.ts';

const BLOCK = '/sys/class/block';
const ANSWERS_WITHIN_MS = 15_000;
const ASSEMBLED_WITHIN_MS = 30_000;
const GROWN_WITHIN_MS = 20_000;
const HINT_EVERY_MS = 500;
const RELEASED_WITHIN_MS = 10_000;
const PREFIX = 'mpath-';

/** Where multipathd listens, by its age: without a file, or with one. */
const SOCKETS = ['\0/org/kernel/linux/storage/multipathd', '/run/multipathd.socket'];

/** Asks by a connection and no program: nobody needs to be root for that. */
export const multipathRuns = async (sockets: readonly string[] = SOCKETS): Promise<boolean> => {
  const answers = sockets.map(
    (path) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(path, () => resolve(true)).on('error', () => resolve(false));
        socket.on('connect', () => socket.destroy());
      }),
  );
  return (await Promise.all(answers)).includes(true);
};

/** A device of dm-multipath's. */
export interface MultipathMap {
  /** The kernel's: `dm-3`. */
  readonly name: string;
  /** device-mapper's: the identity, or `mpatha`. */
  readonly alias: string;
  readonly wwn: string;
}

/** The map over any of these disks. */
export const mapOver = async (disks: readonly string[]): Promise<MultipathMap | null> => {
  const holders = await Promise.all(disks.map((disk) => entries(join(BLOCK, disk, 'holders'))));
  for (const name of new Set(holders.flat())) {
    const [uuid, alias] = await Promise.all(['uuid', 'name'].map((what) => attribute(join(BLOCK, name, 'dm', what))));
    if (uuid?.startsWith(PREFIX) && alias) return { name, alias, wwn: uuid.slice(PREFIX.length) };
  }
  return null;
};

export interface AnsweringDisks {
  readonly live: readonly string[];
  readonly dead: readonly string[];
}

const slavesOf = ({ name }: MultipathMap): Promise<readonly string[]> => entries(join(BLOCK, name, 'slaves'));

const isKnownToUdev = async (disk: string): Promise<boolean> =>
  (await attribute(`/run/udev/data/b${await attribute(join(BLOCK, disk, 'dev'))}`)) !== null;

export class Multipath {
  readonly #run: RunCommand;

  constructor(run: RunCommand) {
    this.#run = run;
  }

  /** The map over these disks, which have this identity; with fewer of them where not all come; `null` without a map. */
  async assemble(wwn: string, disks: readonly string[]): Promise<MultipathMap | null> {
    // multipathd leaves an identity alone that it does not know (find_multipaths).
    await this.#do('multipath', ['-a', wwn], [0, 1]);
    let nextHint = performance.now();
    const whole = await until(ASSEMBLED_WITHIN_MS, async () => {
      const missing = await this.#missing(disks);
      if (missing.length === 0) return mapOver(disks);
      if (performance.now() < nextHint) return null;
      // It ignored the disks as they came, and refuses them until udev knows them.
      const known = await Promise.all(missing.map(isKnownToUdev));
      for (const disk of missing.filter((_, index) => known[index])) await this.#add(disk);
      nextHint = performance.now() + (known.includes(true) ? HINT_EVERY_MS : 0);
      return null;
    });
    const map = whole ?? (await mapOver(disks));
    return map !== null && (await usableSize(map.name)) !== null ? map : null;
  }

  /** Fails where the map stays in use: whoever only looks at it, as udev does at what has changed, is waited for. */
  async remove({ alias, name, wwn }: MultipathMap, hasPaths: boolean): Promise<void> {
    // What waits for a path would wait for ever.
    if (!hasPaths) await this.#do('multipathd', ['disablequeueing', 'map', alias], [0, 1]);
    let refusal = '';
    const flush = async () => {
      try {
        await this.#do('multipath', ['-f', alias], [0]);
        return true;
      } catch (error) {
        if (!(error instanceof CommandError) || error.timedOut || error.cancelled) throw error;
        refusal = error.message;
        return null;
      }
    };
    if ((await until(RELEASED_WITHIN_MS, flush, HINT_EVERY_MS)) === null) {
      throw new ConnectorFailure(`/dev/${name} cannot be removed: ${refusal}`, 'end what uses it first');
    }
    await this.#do('multipath', ['-w', wwn], [0, 1]);
  }

  /** Makes the map as large as the disks that answer are by now. */
  async grow(map: MultipathMap, sizeBytes: bigint, { live, dead }: AnsweringDisks): Promise<void> {
    // With a disk that cannot be opened the kernel takes no new table. It comes back when the map grows again.
    const slaves = await slavesOf(map);
    for (const disk of dead.filter((name) => slaves.includes(name))) {
      await this.#do('multipathd', ['del', 'path', disk], [0, 1]);
    }
    let nextTry = performance.now();
    const grown = await until(GROWN_WITHIN_MS, async () => {
      if ((await usableSize(map.name)) === sizeBytes) return true;
      if (performance.now() < nextTry) return null;
      await this.#do('multipathd', ['resize', 'map', map.alias], [0, 1]);
      nextTry = performance.now() + HINT_EVERY_MS;
      return null;
    });
    if (grown === null) throw new Error(`multipathd did not make /dev/${map.name} as large as its paths`);
    for (const disk of live.filter((name) => !slaves.includes(name))) await this.#add(disk);
  }

  async #add(disk: string): Promise<void> {
    await this.#do('multipathd', ['add', 'path', disk], [0, 1]);
  }

  async #missing(disks: readonly string[]): Promise<readonly string[]> {
    const map = await mapOver(disks);
    if (map === null) return disks;
    const slaves = await slavesOf(map);
    return disks.filter((disk) => !slaves.includes(disk));
  }

  async #do(program: string, args: readonly string[], expectedExitCodes: readonly number[]): Promise<void> {
    await this.#run(program, args, { root: true, expectedExitCodes, timeoutMs: ANSWERS_WITHIN_MS });
  }
}
