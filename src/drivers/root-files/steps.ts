import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, readlink, rename, rm, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { savedSerial, saveTarget } from './lio-saved.ts';
import { askQmp, type QmpCommand } from './qmp.ts';
import { askTgtd, type TgtdRequest } from './tgtd.ts';

/** What may be done to a file. Paths are absolute. */
export type FileStep =
  /** Makes one directory; its parent is there. One that is there is kept, unless it has to be new. */
  | { readonly do: 'mkdir'; readonly path: string; readonly isNew?: boolean }
  /** Removes an empty directory. One that is gone stays gone, and one that others use too may be kept. */
  | { readonly do: 'rmdir'; readonly path: string; readonly ifUnused?: boolean }
  /** Makes a symbolic link to `to`. One that is there and leads there is kept. */
  | { readonly do: 'link'; readonly path: string; readonly to: string }
  /** Removes a link or a file. One that is gone stays gone. */
  | { readonly do: 'unlink'; readonly path: string }
  /** Writes to a file that is there, in one go: an attribute of the kernel. Only root reads it on, if it is secret. */
  | { readonly do: 'write'; readonly path: string; readonly text: string; readonly isSecret?: boolean }
  /** Makes or replaces a file, durably and at once, with its directories. Only root can read it. */
  | { readonly do: 'replace'; readonly path: string; readonly text: string }
  /** Answers the text; `null` where there is none. */
  | { readonly do: 'read'; readonly path: string }
  /** Answers the names in a directory, or where a link leads, each in order; `null` where there is none. */
  | { readonly do: 'list'; readonly path: string }
  | { readonly do: 'readlink'; readonly path: string }
  /** Makes rtslib's saved configuration in `path` say of LIO's target `name` what stands; kept apart from others' saves. */
  | { readonly do: 'saveTarget'; readonly path: string; readonly name: string }
  /** Answers the serial that rtslib's saved configuration in `path` has for the block device `name`, or `null`. */
  | { readonly do: 'savedSerial'; readonly path: string; readonly name: string }
  /** Asks the tgtd behind the socket `path`, and answers its text. */
  | { readonly do: 'tgtd'; readonly path: string; readonly request: TgtdRequest }
  /** Asks QEMU's storage daemon behind the socket `path`, and answers what the last command returns, as JSON. */
  | { readonly do: 'qmp'; readonly path: string; readonly commands: readonly QmpCommand[] }
  /** Fails by `EBUSY` while the block device is mounted or held by another one, and does nothing to it. */
  | { readonly do: 'assertUnused'; readonly path: string };

/** What `read`, `readlink`, `savedSerial`, `tgtd`, `qmp` (a text) and `list` (names) answer. */
export type FileAnswer = string | readonly string[] | null;

/** A step that failed. It knows neither text nor answer, where a credential could be. */
export class StepError extends Error {
  override readonly name = 'StepError';
  /** `EBUSY`, `EACCES`, ... or what tgtd or QEMU calls it. */
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string) {
    super(`${path}: ${code}`);
    this.code = code;
    this.path = path;
  }
}

/** `beforeEach` may refuse a step. */
export const performSteps = async (
  steps: readonly FileStep[],
  beforeEach?: (step: FileStep) => Promise<void>,
): Promise<readonly FileAnswer[]> => {
  const answers: FileAnswer[] = [];
  for (const step of steps) {
    await beforeEach?.(step);
    try {
      answers.push(await performed(step));
    } catch (error) {
      throw new StepError((error as NodeJS.ErrnoException).code ?? 'EIO', step.path);
    }
  }
  return answers;
};

const performed = async (step: FileStep): Promise<FileAnswer> => {
  const { path } = step;
  switch (step.do) {
    case 'mkdir':
      return done(mkdir(path), step.isNew ? [] : ['EEXIST']);
    case 'rmdir':
      return done(rmdir(path), step.ifUnused ? ['ENOENT', 'EBUSY', 'ENOTEMPTY'] : ['ENOENT']);
    case 'unlink':
      return done(unlink(path), ['ENOENT']);
    case 'link':
      return (await readlink(path).catch(() => null)) === step.to ? null : done(symlink(step.to, path));
    case 'write':
      return done(writeAttribute(path, step.text, step.isSecret === true));
    case 'replace':
      return done(replaceFile(path, step.text));
    case 'read':
      return readText(path).catch(orNull);
    case 'readlink':
      return readlink(path).catch(orNull);
    case 'list':
      return (await readdir(path).catch(orNull))?.toSorted() ?? null;
    case 'saveTarget':
      return done(saveTarget(path, step.name));
    case 'savedSerial':
      return savedSerial(path, step.name);
    case 'tgtd':
      return askTgtd(path, step.request);
    case 'qmp':
      return askQmp(path, step.commands);
    case 'assertUnused':
      return done(openExclusively(path));
  }
};

const done = async (work: Promise<unknown>, fine: readonly string[] = []): Promise<null> => {
  await work.catch((error: NodeJS.ErrnoException) => {
    if (!fine.includes(error.code ?? '')) throw error;
  });
  return null;
};

const orNull = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
};

/** Of a file and not of where a link leads. */
const readText = async (path: string): Promise<string> => {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  return await file.readFile('utf8');
};

/** The kernel takes an attribute's text by one write, and says by its failure what is wrong with it. */
const writeAttribute = async (path: string, text: string, isSecret: boolean): Promise<void> => {
  if (!(await lstat(path)).isFile()) throw Object.assign(new Error('not a file'), { code: 'EINVAL' });
  await using file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  if (isSecret) await file.chmod(0o600);
  await file.write(text);
};

const openExclusively = async (path: string): Promise<void> => {
  if (!(await lstat(path)).isBlockDevice()) throw Object.assign(new Error('not a device'), { code: 'ENOTBLK' });
  await (await open(path, constants.O_RDONLY | constants.O_EXCL)).close();
};

let made = 0;

const replaceFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  made += 1;
  const temporary = `${path}.${process.pid}.${made}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
};
