import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { ROOT } from '../../docs-site/reference/source.ts';

const run = promisify(execFile);

const DOORS = { scoria: 'src/index.ts', 'scoria/testing': 'src/testing.ts' };

export interface Ended {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly printed: string;
}

/**
 * Where a reader would try the pages: a directory for each page, with the packages that they import and the `scoria`
 * command. Removed when the tests end.
 */
export class Sandbox {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), 'scoria-docs-')));

  constructor() {
    afterAll(async () => {
      for (const device of this.#loopDevices()) await run('losetup', ['-d', device]);
      rmSync(this.#root, { recursive: true, force: true });
    });
    const packages = join(this.#root, 'node_modules');
    mkdirSync(join(packages, 'scoria'), { recursive: true });
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name !== 'scoria') symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
    }
    this.#writeDoors(join(packages, 'scoria'));
    mkdirSync(join(this.#root, 'bin'));
    this.#writeCommand('scoria', `exec '${process.execPath}' '${join(ROOT, 'src/cli/main.ts')}' "$@"`);
    // What a page should not do here. npm would take the packages, which are links into the checkout, for its own.
    for (const name of ['npm', 'npx', 'sudo', 'apt-get']) {
      this.#writeCommand(name, `echo "${name} is not run from a page: mark the block as not run" >&2; exit 1`);
    }
  }

  /** Writes a file into the directory of a page; answers its path. */
  write(page: string, file: string, text: string): string {
    const path = join(this.directoryOf(page), file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  directoryOf(page: string): string {
    const directory = join(this.#root, page.replaceAll(/[^a-z0-9]+/gi, '-'));
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  /** What the compiler finds wrong with these programs; empty when nothing. */
  async compile(programs: readonly string[]): Promise<string> {
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        paths: Object.fromEntries(Object.entries(DOORS).map(([name, file]) => [name, [join(ROOT, file)]])),
      },
      include: [],
      files: programs,
    };
    writeFileSync(join(this.#root, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(this.#root, 'tsconfig.json'), JSON.stringify(config));
    const { printed } = await this.#run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', '.'], this.#root);
    return printed;
  }

  /** Runs a script of bash in the directory of a page. */
  bash(page: string, script: string): Promise<Ended> {
    return this.#run('bash', ['-c', script], this.directoryOf(page));
  }

  async #run(program: string, args: readonly string[], cwd: string): Promise<Ended> {
    const own = Object.entries(process.env).filter(([name]) => !/^(SCORIA_|NODE_OPTIONS|VITEST)/.test(name));
    const path = [
      join(this.#root, 'bin'),
      dirname(process.execPath),
      join(ROOT, 'node_modules/.bin'),
      process.env.PATH,
    ];
    const env = {
      ...Object.fromEntries(own),
      PATH: path.join(':'),
      XDG_CACHE_HOME: join(ROOT, 'node_modules/.cache'),
      SCORIA_USER: 'ada',
      NO_COLOR: '1',
    };
    try {
      const { stdout, stderr } = await run(program, args, { cwd, env, maxBuffer: 64 * 1024 ** 2 });
      return { code: 0, printed: stdout + stderr };
    } catch (error) {
      const { code = 1, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
      return { code: Number(code), printed: stdout + stderr };
    }
  }

  /** Those that a page which failed has left. */
  #loopDevices(): readonly string[] {
    const names = existsSync('/sys/block') ? readdirSync('/sys/block') : [];
    return names.flatMap((name) => {
      const backing = `/sys/block/${name}/loop/backing_file`;
      return existsSync(backing) && readFileSync(backing, 'utf8').startsWith(this.#root) ? [`/dev/${name}`] : [];
    });
  }

  #writeCommand(name: string, script: string): void {
    writeFileSync(join(this.#root, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** `import 'scoria'` finds the sources, which need no build. */
  #writeDoors(directory: string): void {
    const exports = Object.fromEntries(
      Object.entries(DOORS).map(([name, file]) => {
        const door = `${name.replace('/', '-')}.js`;
        writeFileSync(join(directory, door), `export * from 'file://${join(ROOT, file)}';\n`);
        return [name === 'scoria' ? '.' : './testing', `./${door}`];
      }),
    );
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'scoria', type: 'module', exports }));
  }
}
