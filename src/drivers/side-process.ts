import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** The other door to programs, beside `command-runner.ts`: for one that answers many questions. */
const LONGEST_LINE_BYTES = 16 * 1024 ** 2;
const LONGEST_SAID = 4_096;

export interface SideProcessOptions {
  /** All of its environment: it inherits nothing. */
  readonly env: Readonly<Record<string, string>>;
  /** A line of its standard output that is no answer yet: `true` when it was meant for the listener. */
  readonly onLine: (line: string) => boolean;
  /** What it says on standard error, in lines. */
  readonly onStderr: (line: string) => void;
}

const running = new Set<SideProcess>();
process.on('exit', () => {
  for (const one of running) one.kill('this process ended');
});

/**
 * A program that answers each line on its standard input by one on its standard output, one at a time. It keeps this
 * process from ending only while a question is open.
 */
export class SideProcess {
  readonly #program: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #options: SideProcessOptions;
  #asked: PromiseWithResolvers<string> | null = null;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Why it takes no more questions. */
  #over: string | null = null;

  constructor(program: string, args: readonly string[], options: SideProcessOptions) {
    this.#program = program;
    this.#options = options;
    // A group of its own, so that what it started ends with it.
    this.#child = spawn(program, [...args], { env: { ...options.env }, detached: true, stdio: 'pipe' });
    running.add(this);
    this.#child.once('error', (error: NodeJS.ErrnoException) => this.kill(`could not be started (${error.code})`));
    this.#child.once('exit', (code, signal) =>
      this.kill(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') this.#options.onStderr(line.slice(0, LONGEST_SAID));
    });
    this.#hold(false);
  }

  get over(): boolean {
    return this.#over !== null;
  }

  /** Rejects when the program ends, or is ended, before it has answered. */
  async ask(question: string): Promise<string> {
    if (this.#asked !== null) throw new TypeError('one question at a time');
    if (this.#over !== null) throw new Error(`${this.#program} ${this.#over}`);
    this.#asked = Promise.withResolvers<string>();
    this.#hold(true);
    this.#child.stdin?.write(`${question}\n`);
    try {
      return await this.#asked.promise;
    } finally {
      this.#asked = null;
      if (!this.over) this.#hold(false);
    }
  }

  /** Ends it and what it started. */
  kill(why: string): void {
    if (this.#over !== null) return;
    this.#over = why;
    running.delete(this);
    this.#asked?.reject(new Error(`${this.#program} ${why}`));
    const { pid } = this.#child;
    if (pid === undefined) return;
    this.#hold(false);
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }

  #read(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#parts, rest.subarray(0, end)]).toString();
      this.#parts = [];
      this.#bytes = 0;
      rest = rest.subarray(end + 1);
      if (!this.#options.onLine(line)) this.#asked?.resolve(line);
    }
    this.#parts.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes > LONGEST_LINE_BYTES) this.kill('answered more than can be read, and was ended');
  }

  /** Whether this process waits for it. */
  #hold(held: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const one of [this.#child, stdin, stdout, stderr] as (Pick<Socket, 'ref' | 'unref'> | null)[]) {
      if (held) one?.ref();
      else one?.unref();
    }
  }
}
