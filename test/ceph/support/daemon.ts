import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

const STOPS_WITHIN_MS = 20_000;

/** A daemon of a cluster, which does not outlive this process. */
export class Daemon {
  readonly name: string;
  readonly #command: readonly string[];
  #child: ChildProcess | undefined;
  #said = '';

  constructor(name: string, command: readonly string[]) {
    this.name = name;
    this.#command = command;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said before its log was open. */
  get said(): string {
    return this.#said;
  }

  start(): void {
    if (this.isRunning) return;
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...this.#command], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4_000);
    });
    child.on('error', (error) => {
      this.#said += error.message;
    });
    this.#child = child;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child?.kill(signal);
  }

  /** Returns when each of its threads stands still: until then it answers. */
  pause(): void {
    this.signal('SIGSTOP');
    while (this.isRunning && !this.#standsStill()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }

  #standsStill(): boolean {
    const tasks = `/proc/${this.#child?.pid}/task`;
    return readdirSync(tasks).every((id) => /\) [TZ]/.test(textOf(`${tasks}/${id}/stat`)));
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    // One that stands still heeds no other signal.
    const patience = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    await ended;
    clearTimeout(patience);
  }
}

/** Nothing of what has just gone. */
const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
