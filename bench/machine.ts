import { execFile } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { CinderlibVersions } from './processes.ts';

const GIBIBYTE = 1024 ** 3;

/** The file system that a directory is on, as `df` names it. */
const diskOf = async (directory: string): Promise<string> => {
  const { stdout } = await promisify(execFile)('df', ['--output=source,fstype', directory]);
  const [source, type] = (stdout.trim().split('\n').at(-1) ?? '').split(/\s+/);
  return `${type} on ${source}`;
};

/** When and on what the figures were taken. */
export const machineOf = async (directory: string, cinderlib: CinderlibVersions | null): Promise<string> => {
  const peer =
    cinderlib === null ? 'cinderlib not installed' : `cinderlib ${cinderlib.cinderlib} on Python ${cinderlib.python}`;
  const parts = [
    `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`,
    `${Math.round(totalmem() / GIBIBYTE)} GiB`,
    await diskOf(directory),
    `Linux ${release()}`,
    `Node.js ${process.versions.node} (SQLite ${process.versions.sqlite})`,
    peer,
  ];
  return `Taken on ${new Date().toISOString().slice(0, 10)}: ${parts.join(', ')}.`;
};
