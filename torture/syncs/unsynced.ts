import { basename, dirname } from 'node:path';
import { ACKNOWLEDGED, type Call, isSync } from './trace.ts';

const WRITING = ['pwrite64', 'write', 'ftruncate', 'fallocate', 'copy_file_range', 'ioctl'];

const quoted = ({ args }: Call): readonly string[] => [...args.matchAll(/"([^"]*)"/g)].map(([, path]) => path ?? '');

/** The file behind a descriptor: that which is written or synced is the last one. */
const fileOf = ({ args, name }: Call): string => {
  const files = [...args.matchAll(/\d+<([^>]*)>/g)].map(([, path]) => path ?? '');
  return (name === 'copy_file_range' ? files[1] : files[0]) ?? '';
};

/** What a call may leave unsynced: a file's bytes, or the names in a directory. */
const madeBy = (call: Call): readonly string[] => {
  const paths = quoted(call);
  if (WRITING.includes(call.name)) return [fileOf(call)];
  if (call.name === 'openat') return call.args.includes('O_CREAT') && paths[0] ? [dirname(paths[0])] : [];
  return paths.map((path) => dirname(path));
};

/**
 * What was not on the disk when somebody relied on it, in sentences: pages of the write-ahead log when a command was
 * acknowledged, and bytes of volumes or names in their directory when an outcome was appended.
 */
export const unsyncedIn = (calls: readonly Call[], log: string, volumes: string): readonly string[] => {
  const wal = `${log}-wal`;
  const unsynced = new Set<string>();
  const found: string[] = [];
  const say = (what: string, files: readonly string[]) => {
    for (const file of files) found.push(`${what}, and ${basename(file)} was not synced`);
  };
  for (const call of calls.filter(({ failed }) => !failed)) {
    if (isSync(call.name)) unsynced.delete(fileOf(call));
    else if (call.name === 'write' && call.args.includes(ACKNOWLEDGED)) {
      say('a command was acknowledged', unsynced.has(wal) ? [wal] : []);
    } else {
      const isAppend = call.name === 'pwrite64' && fileOf(call) === wal;
      if (isAppend)
        say(
          'an event was appended',
          [...unsynced].filter((file) => file !== wal),
        );
      for (const file of madeBy(call)) {
        if (file === wal || file === volumes || dirname(file) === volumes) unsynced.add(file);
      }
    }
  }
  return found;
};
