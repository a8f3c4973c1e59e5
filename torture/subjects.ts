import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredEvent } from '../src/domain/event.ts';
import { callSignal } from '../src/drivers/call.ts';
import file from '../src/drivers/file/driver.ts';
import { MemoryArray } from '../src/drivers/memory/array.ts';
import { type Engine, silentLogger } from '../src/index.ts';
import { findDifferences } from '../src/testing/lifecycle/find-differences.ts';
import { differencesInDirectory } from './check/directory.ts';
import { differencesOnLvm } from './check/lvm.ts';
import { differencesOnRbd } from './check/rbd.ts';
import memoryArray, { ArrayClient } from './drivers/array.ts';
import lvm from './drivers/lvm.ts';
import rbd from './drivers/rbd.ts';
import type { Subject } from './labels.ts';
import { moduleFile } from './module-file.ts';

/** What processes are tortured on. */
export interface Tortured extends Subject, AsyncDisposable {
  readonly backend: { readonly driver: string; readonly options: Record<string, unknown> };
  /** What the array has and the record does not, and the other way round. */
  differences(engine: Engine, stored: readonly StoredEvent[]): Promise<readonly string[]>;
}

const runsNothing = () => Promise.reject(new Error('this driver is only looked at'));
const looking = { backendName: 'store', run: runsNothing, log: silentLogger, signal: callSignal };

/** Whether a copy shares blocks, and so is one step. */
const hasReflinks = async (directory: string): Promise<boolean> => {
  const [from, to] = [join(directory, '.reflink-from'), join(directory, '.reflink-to')];
  await writeFile(from, 'x');
  return copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
};

const onFiles = async (directory: string): Promise<Tortured> => {
  const volumes = join(directory, 'volumes');
  await mkdir(volumes);
  const options = { directory: volumes };
  const driver = file.create(file.options.parse(options), looking);
  return {
    driver,
    attaches: true,
    copiesByProgram: !(await hasReflinks(directory)),
    hasFiles: true,
    backend: { driver: moduleFile('drivers/file'), options },
    async differences(_, stored) {
      // Whoever uses the backend next takes away what the dead left half made.
      await driver.setup();
      return differencesInDirectory(stored, volumes);
    },
    async [Symbol.asyncDispose]() {},
  };
};

const arrayOf = (dump: Readonly<Record<string, readonly never[]>>): MemoryArray => {
  const array = new MemoryArray('torture');
  const { volumes = [], snapshots = [], exports = [], connections = [] } = dump;
  for (const [things, key, of] of [
    [volumes, 'id', array.volumes],
    [snapshots, 'id', array.snapshots],
    [exports, 'volumeId', array.exports],
    [connections, 'id', array.connections],
  ] as const) {
    for (const thing of things) of.set(thing[key], thing);
  }
  return array;
};

const onMemoryArray = async (directory: string): Promise<Tortured> => {
  const socket = join(directory, 'array.sock');
  const server = spawn(process.execPath, [moduleFile('drivers/array-server'), socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'close');
  await Promise.race([once(server.stdout, 'data'), ended]);
  return {
    driver: memoryArray.create(memoryArray.options.parse({ socket }), looking),
    attaches: false,
    copiesByProgram: false,
    hasFiles: false,
    backend: { driver: moduleFile('drivers/array'), options: { socket } },
    async differences(engine) {
      const client = await ArrayClient.connected(socket);
      const dump = await client.ask('dump', []);
      client.close();
      return findDifferences(engine, arrayOf(dump as Record<string, never[]>));
    },
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
    },
  };
};

/** A volume group that is there, and this host as the initiator of what it exports. */
const onLvm = async (_directory: string, options: Record<string, unknown>): Promise<Tortured> => {
  const chosen = lvm.options.parse(options);
  return {
    driver: lvm.create(chosen, looking),
    attaches: true,
    copiesByProgram: false,
    hasFiles: false,
    programs: {
      lvcreate: 'CreateVolume',
      lvextend: 'ExtendVolume',
      lvremove: 'DeleteVolume',
      lvconvert: 'RevertToSnapshot',
      lvchange: 'RevertToSnapshot',
    },
    backend: { driver: moduleFile('drivers/lvm'), options },
    differences: (_, stored) => differencesOnLvm(stored, chosen.volume_group),
    async [Symbol.asyncDispose]() {},
  };
};

/** A pool of a cluster that runs, with nothing in it. */
const onRbd = async (_directory: string, options: Record<string, unknown>): Promise<Tortured> => {
  const chosen = rbd.options.parse(options);
  return {
    driver: rbd.create(chosen, looking),
    attaches: false,
    copiesByProgram: false,
    hasFiles: false,
    programs: {
      'rbd create': 'CreateVolume',
      'rbd clone': 'CloneVolume',
      'rbd flatten': 'CloneVolume',
      'rbd rename': 'CloneVolume',
      'rbd resize': 'ExtendVolume',
      'rbd rm': 'DeleteVolume',
      'rbd snap create': 'CreateSnapshot',
      'rbd snap rm': 'DeleteSnapshot',
      'rbd snap rollback': 'RevertToSnapshot',
    },
    backend: { driver: moduleFile('drivers/rbd'), options },
    differences: (_, stored) => differencesOnRbd(stored, chosen),
    async [Symbol.asyncDispose]() {},
  };
};

/** By the names of `--driver`; with the driver's options, where it takes some. */
export const SUBJECTS: Readonly<
  Record<string, (directory: string, options: Record<string, unknown>) => Promise<Tortured>>
> = {
  file: onFiles,
  lvm: onLvm,
  'memory-array': onMemoryArray,
  rbd: onRbd,
};
