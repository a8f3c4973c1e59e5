import fs, { constants } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net, { type Socket } from 'node:net';
import { at } from './points.ts';

/** The steps of `root-files.ts` that change something. */
export const ROOT_STEPS = ['mkdir', 'rmdir', 'link', 'unlink', 'write', 'replace', 'tgtd'] as const;
type RootStep = (typeof ROOT_STEPS)[number];

const OF_ROOT = ['/sys/', '/etc/iscsi/', '/etc/nvmet/', '/etc/target/', '/etc/rtslib-fb-target/', '/var/lib/iscsi/'];
const TO_WRITE = constants.O_WRONLY | constants.O_RDWR;
const watched = [...OF_ROOT];
const isOfRoot = (path: unknown): boolean => watched.some((place) => String(path).startsWith(place));

const before = (step: RootStep): void => at(`root ${step}: before`);
const after = (step: RootStep): void => at(`root ${step}: after`);

const around = async <Result>(step: RootStep, path: unknown, work: () => Promise<Result>): Promise<Result> => {
  if (!isOfRoot(path)) return work();
  before(step);
  const result = await work();
  after(step);
  return result;
};

/** Puts points around every change of the kernel's and the daemons' own files and of `more`, and around requests to tgtd. */
export const instrumentRootSteps = (...more: readonly string[]): void => {
  watched.push(...more);
  const { mkdir, rmdir, symlink, unlink, rename, open } = promises;
  Object.assign(promises, {
    mkdir: (...given: Parameters<typeof mkdir>) => around('mkdir', given[0], () => mkdir(...given)),
    rmdir: (path: string) => around('rmdir', path, () => rmdir(path)),
    symlink: (to: string, path: string) => around('link', path, () => symlink(to, path)),
    unlink: (path: string) => around('unlink', path, () => unlink(path)),
    rename: (from: string, to: string) => around('replace', to, () => rename(from, to)),
    open: async (path: string, flags?: string | number, mode?: number): Promise<FileHandle> => {
      const file = await open(path, flags, mode);
      const isToWrite = flags === 'r+' || (typeof flags === 'number' && (flags & TO_WRITE) !== 0);
      return isToWrite && isOfRoot(path) ? withPointsInWrites(file) : file;
    },
  });
  instrumentSavedConfiguration();
  instrumentTgtd();
  syncBuiltinESMExports();
};

const withPointsInWrites = (file: FileHandle): FileHandle => {
  const write = file.write.bind(file) as (text: string) => Promise<unknown>;
  return Object.assign(file, { write: (text: string) => around('write', '/sys/', () => write(text)) });
};

const instrumentSavedConfiguration = (): void => {
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    if (isOfRoot(to)) before('replace');
    renameSync(from, to);
    if (isOfRoot(to)) after('replace');
  };
};

const SHOW = 2;
const OPERATION_OFFSET = 4;

const instrumentTgtd = (): void => {
  const connect = net.connect as (...given: readonly unknown[]) => Socket;
  const labelled = (...given: readonly unknown[]): Socket => {
    const socket = connect(...given);
    const [path] = given;
    if (!String(path).startsWith('/run/tgtd/')) return socket;
    const write = socket.write.bind(socket) as (request: Buffer) => boolean;
    return Object.assign(socket, {
      write: (request: Buffer) => {
        if (request.readUInt32LE(OPERATION_OFFSET) !== SHOW) {
          before('tgtd');
          socket.once('end', () => after('tgtd'));
        }
        return write(request);
      },
    });
  };
  Object.assign(net, { connect: labelled });
};
