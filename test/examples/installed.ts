import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An example in a directory of its own with Scoria installed, as a reader has it. Removed when the tests end. */
export class Installed {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'scoria-example-')));

  constructor(example: string) {
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
    cpSync(join(root, 'examples', example), this.directory, { recursive: true });
    this.#packageJson('.', { type: 'module' });
    this.#packageJson('node_modules/scoria', { name: 'scoria', type: 'module', exports: './index.js' });
    const source = pathToFileURL(join(root, 'src/index.ts')).href;
    writeFileSync(this.path('node_modules/scoria/index.js'), `export * from ${JSON.stringify(source)};\n`);
    symlinkSync(join(root, 'node_modules/csv-stringify'), this.path('node_modules/csv-stringify'));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async run(...args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: this.directory, env: this.#env() }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
      );
    });
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return spawn(process.execPath, args, {
      cwd: this.directory,
      env: { ...this.#env(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #packageJson(directory: string, content: object): void {
    mkdirSync(this.path(directory), { recursive: true });
    writeFileSync(this.path(`${directory}/package.json`), JSON.stringify(content));
  }

  #env() {
    return { ...process.env, TMPDIR: this.directory };
  }
}
