import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

// biome-ignore lint/suspicious/noExplicitAny: what a command prints is asserted on, not typed
export type Printed = any;

const OWN = Object.entries(process.env).filter(([name]) => !name.startsWith('SCORIA_'));

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));

/** A directory with a log of its own, and the real command in it. Removed when the file's tests end. */
export class Shell {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'scoria-cli-')));

  constructor() {
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  start(args: readonly string[], env: RunOptions['env'] = {}) {
    return spawn(process.execPath, [MAIN, ...args], {
      cwd: this.directory,
      env: this.#env(env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async run(args: readonly string[], { input = '', env = {} }: RunOptions = {}): Promise<Ended> {
    const child = this.start(args, env);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), endOf(child)]);
    return { code, stdout, stderr };
  }

  /** With a file as its standard output. */
  async runInto(file: string, args: readonly string[]): Promise<Omit<Ended, 'stdout'>> {
    const descriptor = openSync(file, 'w');
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.directory,
      env: this.#env(),
      stdio: ['ignore', descriptor, 'pipe'],
    });
    closeSync(descriptor);
    const [stderr, code] = await Promise.all([child.stderr === null ? '' : text(child.stderr), endOf(child)]);
    return { code, stderr };
  }

  #env(env: RunOptions['env'] = {}): NodeJS.ProcessEnv {
    return {
      ...Object.fromEntries(OWN),
      XDG_CACHE_HOME: CACHE,
      XDG_CONFIG_HOME: this.path('.config'),
      XDG_STATE_HOME: this.path('.state'),
      ...env,
    };
  }

  /** The JSON document that a command that succeeds prints. */
  async json(...args: readonly string[]): Promise<Printed> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (code !== 0 || stderr !== '') throw new Error(`scoria ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** The error that a command that fails prints, and its exit code. */
  async refused(...args: readonly string[]): Promise<{ readonly exit: number | null } & Printed> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (stdout !== '') throw new Error(`scoria ${args.join(' ')} printed ${stdout}`);
    return { exit: code, ...JSON.parse(stderr).error };
  }

  async addStore(): Promise<void> {
    await this.json('backend', 'add', 'store', '--driver', 'file', '--set', `directory=${this.path('volumes')}`);
  }
}
