import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PASSWORD_VARIABLE } from '../corpus/corpus.ts';
import { PASSWORDS } from '../corpus/make.ts';
import { HANG_MS } from './batch.ts';
import { type Answer, type Current, currentIn, type Order } from './orders.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** What needs more than that has no bound. */
const HEAP_MIB = 512;
const LOOK_MS = 1_000;

/** A worker ended, or had to be ended. */
export class Died extends Error {
  override readonly name = 'Died';
  /** The input it was at; `null` before the first. */
  readonly current: Current | null;

  constructor(how: string, current: Current | null) {
    super(how);
    this.current = current;
  }
}

/** The one program that the corpus needs: no input attaches a loop device, or starts anything else. */
const programsIn = (directory: string): string => {
  const programs = join(directory, 'programs');
  const cp = (process.env.PATH ?? '')
    .split(delimiter)
    .map((path) => join(path, 'cp'))
    .find(existsSync);
  if (cp === undefined) throw new Error('there is no program cp');
  mkdirSync(programs, { recursive: true });
  if (!existsSync(join(programs, 'cp'))) symlinkSync(cp, join(programs, 'cp'));
  return programs;
};

/** A worker in a process of its own. */
export class Child {
  readonly directory: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<string>;
  #stderr = '';
  #hangs = false;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.directory = directory;
    this.#process = fork(WORKER, [directory], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, '--expose-gc'],
      env: {
        PATH: programsIn(directory),
        HOME: directory,
        TMPDIR: directory,
        XDG_CACHE_HOME: join(directory, 'cache'),
        [PASSWORD_VARIABLE]: PASSWORDS.variable,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk) => {
        this.#stderr += chunk;
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
    });
  }

  /** What it printed past the capture: log lines, and last words. */
  get said(): string {
    return this.#stderr;
  }

  /** Throws `Died` when there is no answer to come. */
  async give(order: Order): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => {
      this.#process.once('message', (answer) => resolve(answer as Answer));
    });
    const startedAt = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - Math.max(startedAt, this.#lastSign()) < 2 * HANG_MS) return;
      this.#hangs = true;
      this.#process.kill('SIGKILL');
    }, LOOK_MS);
    const died = this.#ended.then((how) => {
      const why = this.#hangs ? `no end within ${2 * HANG_MS} ms, nor a turn for anything else` : how;
      throw new Died(`${why}: ${this.#stderr.slice(-2000)}`, this.#current());
    });
    try {
      this.#process.send(order);
      return await Promise.race([answered, died]);
    } finally {
      clearInterval(watch);
      died.catch(() => {});
    }
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #lastSign(): number {
    return statSync(currentIn(this.directory), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  #current(): Current | null {
    try {
      return JSON.parse(readFileSync(currentIn(this.directory), 'utf8'));
    } catch {
      return null;
    }
  }
}
