import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `judge.py` understands: a driver of Cinder's own, with plain data in Cinder's names. */
export interface Judge extends AsyncDisposable {
  ask<Answer = unknown>(call: string, given?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

interface Judged {
  /** `module.Class`. */
  readonly driver: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where Cinder keeps what it keeps. */
  readonly state: string;
  /** Where Cinder is, if not where Python looks. */
  readonly pythonPath?: string;
}

interface Answered {
  readonly answer?: unknown;
  readonly error?: string;
}

const PROGRAM = join(process.cwd(), 'test', 'judge', 'judge.py');

/** Starts Cinder's driver over storage that is there. It takes half a minute in an emulated machine. */
export const openJudge = async ({ driver, options, state, pythonPath }: Judged): Promise<Judge> => {
  const env = { ...process.env, JUDGE_STATE: state, ...(pythonPath === undefined ? {} : { PYTHONPATH: pythonPath }) };
  const python = spawn('/usr/bin/python3', ['-W', 'ignore', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = once(python, 'close');
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const ask = async <Answer>(call: string, given: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    python.stdin.write(`${JSON.stringify({ call, ...given })}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the judge ended at ${call}`);
    const { answer, error } = JSON.parse(value) as Answered;
    if (error !== undefined) throw new Error(`Cinder's ${call}: ${error}`);
    return answer as Answer;
  };
  await ask('setup', { driver, options });
  return {
    ask,
    async [Symbol.asyncDispose]() {
      python.stdin.end();
      await ended;
    },
  };
};
