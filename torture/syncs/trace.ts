/** What a process writes when it acknowledges. */
export const ACKNOWLEDGED = 'acknowledged';

/** The system calls that the checker knows. */
export const TRACED = [
  'openat,pwrite64,write,ftruncate,fallocate,copy_file_range,ioctl',
  'fsync,fdatasync',
  'link,linkat,rename,renameat,renameat2,unlink,unlinkat',
].join(',');

/** A system call that ended. Calls of one process are in the order in which they ended. */
export interface Call {
  readonly name: string;
  /** As strace writes them, descriptors with their paths: `21</tmp/a>, 0x0, 4096`. */
  readonly args: string;
  readonly failed: boolean;
}

const WHOLE = /^(?<thread>\d+) +(?<name>\w+)\((?<args>.*)\) += (?<result>-?\w+)/;
const BEGUN = /^(?<thread>\d+) +(?<name>\w+)\((?<args>.*) <unfinished \.\.\.>$/;
const ENDED = /^(?<thread>\d+) +<\.\.\. (?<name>\w+) resumed>(?<args>.*)\) += (?<result>-?\w+)/;

/**
 * The calls of a trace (`strace -f -y`). A sync counts from its end; everything else from its beginning, because it may
 * have taken effect by then.
 */
export const callsIn = (trace: string): readonly Call[] => {
  const calls: Call[] = [];
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const whole = WHOLE.exec(line)?.groups;
    const started = BEGUN.exec(line)?.groups;
    const ended = ENDED.exec(line)?.groups;
    if (whole !== undefined) calls.push(callOf(whole, whole.args ?? ''));
    else if (started !== undefined) {
      begun.set(`${started.thread} ${started.name}`, started.args ?? '');
      if (!isSync(started.name)) calls.push(callOf({ ...started, result: '0' }, started.args ?? ''));
    } else if (ended !== undefined && isSync(ended.name)) {
      calls.push(callOf(ended, begun.get(`${ended.thread} ${ended.name}`) ?? ''));
    }
  }
  return calls;
};

export const isSync = (name: string | undefined): boolean => name === 'fsync' || name === 'fdatasync';

const callOf = ({ name = '', result = '' }: Readonly<Record<string, string | undefined>>, args: string): Call => ({
  name,
  args,
  failed: result.startsWith('-'),
});
