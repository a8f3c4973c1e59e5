import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));

/** The stand-in as a process that a test can stop, kill and start again. */
export class StandIn implements AsyncDisposable {
  readonly #file: string;
  #process: ChildProcess;
  #lines: AsyncIterator<string>;
  #port = 0;

  private constructor(file: string, port: number) {
    this.#file = file;
    this.#process = spawn(process.execPath, [SERVER, file, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = linesOf(this.#process);
  }

  /** On a port of its own choosing; its database is the file. */
  static async start(file: string, port = 0): Promise<StandIn> {
    const server = new StandIn(file, port);
    server.#port = Number((await server.#lines.next()).value);
    return server;
  }

  get file(): string {
    return this.#file;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Resolves with the answer, when it is obeyed. */
  async order(line: string): Promise<string> {
    this.#process.stdin?.write(`${line}\n`);
    return (await this.#lines.next()).value;
  }

  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** After `kill`: the same database on the same port. */
  async restart(): Promise<void> {
    const again = await StandIn.start(this.#file, this.#port);
    this.#process = again.#process;
    this.#lines = again.#lines;
  }

  stop(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
  }
}

const linesOf = (process: ChildProcess): AsyncIterator<string> => {
  if (process.stdout === null) throw new Error('the stand-in has no standard output');
  return createInterface({ input: process.stdout })[Symbol.asyncIterator]();
};
