import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A file is made under a hidden name that says which process makes it: `.volume-1.<owner>.<n>.partial`. So what a
 * crashed process left is told from what a living one is making, and only the former is removed.
 */
const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

const orElse = (read: () => string, otherwise: string): string => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/** When a process started, in the kernel's ticks since boot; `null` when there is no such living process. */
const startOf = (pid: number | 'self'): string | null => {
  const stat = orElse(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  // The second field, the program's name, may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return stat === '' || state === 'Z' || state === 'X' ? null : (fields[19] ?? '');
};

interface Owner {
  readonly host: string;
  readonly boot: string;
  /** A pid means nothing in another container. */
  readonly pidSpace: string;
  readonly pid: string;
  readonly start: string;
}

const me: Owner = {
  host: digest(hostname(), 6),
  boot: digest(
    orElse(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), ''),
    6,
  ),
  pidSpace: digest(
    orElse(() => readlinkSync('/proc/self/ns/pid'), ''),
    4,
  ),
  pid: String(process.pid),
  start: startOf('self') ?? '0',
};

const ownerText = (owner: Owner): string => [owner.host, owner.boot, owner.pidSpace, owner.pid, owner.start].join('-');

let made = 0;

/** A long name is cut and told apart by its digest, because a file name has 255 bytes at most. */
const stem = (name: string): string => (name.length > 150 ? `${name.slice(0, 100)}~${digest(name, 16)}` : name);

export const partialName = (name: string): string => {
  made += 1;
  return `.${stem(name)}.${ownerText(me)}.${made}.partial`;
};

const PARTIAL =
  /^\.(?<stem>.+)\.(?<host>[0-9a-f]{6})-(?<boot>[0-9a-f]{6})-(?<pidSpace>[0-9a-f]{4})-(?<pid>\d+)-(?<start>\d+)\.\d+\.partial$/;

/** Whether the process that makes it goes on; of another host or container it is not known. */
type Maker = 'gone' | 'at work' | 'not known';

const makerOf = (owner: Owner): Maker => {
  if (owner.host !== me.host) return 'not known';
  if (owner.boot !== me.boot) return 'gone';
  if (owner.pidSpace !== me.pidSpace) return 'not known';
  return startOf(Number(owner.pid)) === owner.start ? 'at work' : 'gone';
};

/** What is half made under such a name, and by whom; `null` for any other name. A name that was cut is only a part. */
export const partialOf = (entry: string): { readonly name: string; readonly maker: Maker } | null => {
  // Most entries are complete files, and there may be thousands of them.
  const owner = entry.startsWith('.') ? PARTIAL.exec(entry)?.groups : undefined;
  if (owner === undefined) return null;
  return { name: owner.stem ?? '', maker: makerOf(owner as unknown as Owner) };
};

/** Of a directory's entries, what dead processes of this host left half made: of one file, or of all. */
export const leftoversAmong = (entries: readonly string[], name?: string): readonly string[] =>
  entries.filter((entry) => {
    const partial = partialOf(entry);
    return partial?.maker === 'gone' && (name === undefined || partial.name === stem(name));
  });
