import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `test/vm/judge/judge.py` understands: Cinder's own LVM driver, with plain data in Cinder's names. */
export interface Judge extends AsyncDisposable {
  ask<Answer = unknown>(call: string, given?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

interface Answered {
  readonly answer?: unknown;
  readonly error?: string;
}

const PROGRAM = join(process.cwd(), 'test', 'vm', 'judge', 'judge.py');

/** Starts Cinder's driver over a volume group that is there. It takes half a minute in an emulated machine. */
export const openJudge = async (options: Readonly<Record<string, unknown>>): Promise<Judge> => {
  const python = spawn('/usr/bin/python3', ['-W', 'ignore', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
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
  await ask('setup', { options });
  return {
    ask,
    async [Symbol.asyncDispose]() {
      python.stdin.end();
      await ended;
    },
  };
};
