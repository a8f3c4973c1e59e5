import type { Driver } from '../src/drivers/contract.ts';
import type { CommandName } from '../src/index.ts';
import { COPYING } from './drivers/file.ts';
import type { TorturedLog } from './logs/logs.ts';
import { CALLS, methodOf } from './points/driver.ts';
import { FILE_STEPS } from './points/files.ts';
import { PROGRAM_STEPS } from './points/programs.ts';

/** What a worker does next: a command, or one of what people do besides. */
export type Task = CommandName | 'Recover' | 'Look' | 'Reconcile';

/** A place where a process may end itself. */
export interface Point {
  readonly name: string;
  /** What leads there; `null` where everything does. */
  readonly towards: Task | null;
  /** The process dies when it gets there for the n-th time, n being no more than this. */
  readonly atMost: number;
  /** Where another must have died just before, for there to be anything to come to this point with. */
  readonly afterDeathAt: string | null;
  /** Whether a process that stands still there leaves the log to the others. */
  readonly freesTheLog: boolean;
}

const point = (name: string, towards: Task | null, change: Partial<Point> = {}): Point => ({
  name,
  towards,
  atMost: 2,
  afterDeathAt: null,
  freesTheLog: !/before its commit|between its rows|in its fold/.test(name),
  ...change,
});

/** What attaches and detaches on this host. */
export const ON_THE_HOST: readonly string[] = ['AttachVolume', 'DetachVolume', 'AttachDevice', 'DetachDevice'];

/** The commands that have an effect, and the task that gives them. */
const EFFECTS: Readonly<Record<string, Task>> = {
  CreateVolume: 'CreateVolume',
  DeleteVolume: 'DeleteVolume',
  ExtendVolume: 'ExtendVolume',
  CloneVolume: 'CloneVolume',
  CreateVolumeFromSnapshot: 'CreateVolumeFromSnapshot',
  CreateVolumeFromSource: 'CloneVolume',
  CreateSnapshot: 'CreateSnapshot',
  DeleteSnapshot: 'DeleteSnapshot',
  RevertToSnapshot: 'RevertToSnapshot',
  ConnectVolume: 'ConnectVolume',
  DisconnectVolume: 'DisconnectVolume',
  EnsureVolumeExport: 'EnsureVolumeExport',
  AttachVolume: 'AttachVolume',
  DetachVolume: 'DetachVolume',
  AttachDevice: 'AttachVolume',
  DetachDevice: 'DetachVolume',
  FreezeBackend: 'FreezeBackend',
  ThawBackend: 'ThawBackend',
};

/** Those that only record. */
const RECORDS: Readonly<Record<string, Task>> = {
  RenameVolume: 'RenameVolume',
  SetVolumeMetadata: 'SetVolumeMetadata',
  PinSource: 'CloneVolume',
  UnpinSource: 'CloneVolume',
  SetKeyValue: 'SetKeyValue',
  DeleteKeyValue: 'DeleteKeyValue',
};

/** What is done about volumes that are not of the record. Here there are none. */
const OF_STRANGERS = ['findResource', 'deleteResource', 'manageExisting'];

const FOUND_BY_RECOVERY: Readonly<Record<string, string>> = {
  findVolume: 'driver createVolume: during',
  findSnapshot: 'driver createSnapshot: during',
};

/** The driver's calls that are not named as the commands that make them. */
const ASKED_BY: Readonly<Record<string, Task>> = {
  stats: 'RefreshBackendStats',
  listResources: 'Reconcile',
  findVolume: 'Recover',
  findSnapshot: 'Recover',
  createExport: 'ConnectVolume',
  initializeConnection: 'ConnectVolume',
  removeExport: 'DisconnectVolume',
  terminateConnection: 'DisconnectVolume',
};

const named = (method: string): Task => `${method.charAt(0).toUpperCase()}${method.slice(1)}` as CommandName;

const ofCall = (method: string): readonly Point[] => {
  const found = FOUND_BY_RECOVERY[method];
  const change = { afterDeathAt: found ?? null, ...(found === undefined && method !== 'setup' ? {} : { atMost: 1 }) };
  const towards = method === 'setup' ? null : (ASKED_BY[method] ?? named(method));
  return ['before', 'during', 'after'].map((when) => point(`driver ${method}: ${when}`, towards, change));
};

export interface Subject {
  readonly driver: Driver;
  /** Whether volumes are attached on this host. */
  readonly attaches: boolean;
  /** Whether copies are made by a program. */
  readonly copiesByProgram: boolean;
  /** Whether what stands on it are files. */
  readonly hasFiles: boolean;
  /** The programs of the storage that change something, as `points/programs.ts` names them, and what leads to each. */
  readonly programs?: Readonly<Record<string, Task>>;
}

/** Every point that there is with such a driver and such a log. */
export const pointsOf = (
  { driver, attaches, copiesByProgram, hasFiles, programs = {} }: Subject,
  { appendSteps }: Pick<TorturedLog, 'appendSteps'>,
): readonly Point[] => {
  const ofAppend = (what: string, towards: Task, change: Partial<Point> = {}): readonly Point[] =>
    appendSteps.map((step) => point(`append of a ${what}: ${step}`, towards, change));
  const isGiven = ([command]: readonly [string, Task]): boolean => attaches || !ON_THE_HOST.includes(command);
  const effects = Object.entries(EFFECTS).filter(isGiven);
  return [
    ...effects.flatMap(([command, task]) => ofAppend(`${command} intent`, task)),
    ...effects.flatMap(([command, task]) => ofAppend(`${command} outcome`, task)),
    ...Object.entries(RECORDS).flatMap(([command, task]) => ofAppend(`${command} fact`, task)),
    ...ofAppend('claim', 'Recover', { atMost: 1, afterDeathAt: 'driver createVolume: during' }),
    ...CALLS.filter((call) => methodOf(driver, call) && !OF_STRANGERS.includes(call.method)).flatMap(({ method }) =>
      ofCall(method),
    ),
    ...(hasFiles ? FILE_STEPS : []).flatMap((step) => {
      const towards = step === 'rename' ? 'RevertToSnapshot' : step === 'unlink' ? 'DeleteVolume' : 'CreateVolume';
      return ['before', 'after'].map((when) => point(`file ${step}: ${when}`, towards));
    }),
    ...Object.entries(programs).flatMap(([program, task]) =>
      PROGRAM_STEPS.map((step) => point(`program ${program}: ${step}`, task)),
    ),
    ...(copiesByProgram ? [point(COPYING, 'CloneVolume', { atMost: 1 })] : []),
    point('inventory: between its rows', null, { atMost: 6 }),
    point('tally: between its rows', 'Look', { atMost: 6 }),
    point('tally: in its fold', 'Look', { atMost: 6 }),
    point('capacity: between its rows', 'Look', { atMost: 3 }),
    ...['before', 'after'].map((when) => point(`catch-up: ${when} its commit`, 'Look')),
    ...['before', 'after'].map((when) => point(`acknowledgement: ${when}`, null, { atMost: 5 })),
  ];
};
