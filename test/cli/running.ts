import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** A command that goes on while a test looks at it. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<number | string | null>;
  stdout = '';
  stderr = '';
  #seen = () => {};

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk) => {
      this.stdout += chunk;
      this.#seen();
    });
    child.stderr.on('data', (chunk) => {
      this.stderr += chunk;
      this.#seen();
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('close', (code, signal) => {
        resolve(signal ?? code);
        this.#seen();
      });
      child.on('error', reject);
    });
  }

  /** Resolves when the output, of either kind, holds this. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout) && !pattern.test(this.stderr)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`it ended without ${pattern}: ${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
  }

  async interrupted(signal: NodeJS.Signals = 'SIGINT'): Promise<number | string | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
