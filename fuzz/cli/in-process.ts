import { Readable } from 'node:stream';
import { answer } from '../../src/cli/run.ts';

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Write = typeof process.stdout.write;

/** Takes what is written to a stream until it is given back. */
const capture = (stream: NodeJS.WriteStream) => {
  const write = stream.write;
  let taken = '';
  stream.write = ((text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    taken += typeof text === 'string' ? text : Buffer.from(text).toString();
    const done = rest.findLast((one) => typeof one === 'function') as (() => void) | undefined;
    if (done !== undefined) queueMicrotask(done);
    return true;
  }) as Write;
  return {
    giveBack: (): string => {
      stream.write = write;
      return taken;
    },
  };
};

/** Gives a command line to Scoria in this process, as many a second as a process of its own takes for one. */
export const runInProcess = async (argv: readonly string[], stdin: Uint8Array): Promise<Ended> => {
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(stdin)]) });
  try {
    return { code: await answer(argv), stdout: stdout.giveBack(), stderr: stderr.giveBack() };
  } finally {
    stdout.giveBack();
    stderr.giveBack();
  }
};
