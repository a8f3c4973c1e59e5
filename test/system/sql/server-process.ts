import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Database servers refuse root. */
const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

export const serverDirectory = (name: string): string => {
  const directory = mkdtempSync(join(tmpdir(), `scoria-${name}-`));
  if (process.getuid?.() === 0) chownSync(directory, NOBODY, NOBODY);
  return directory;
};

export const runAsNobody = (program: string, args: readonly string[], cwd: string): void => {
  const { status, stderr, stdout, error } = spawnSync(program, args, { ...asNobody, cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
};

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
};

export interface ServerProcess {
  start(settings?: readonly string[]): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
  /** Ends it and all its children by SIGKILL. */
  kill(): Promise<void>;
  /** The same, and removes its directory. */
  remove(): Promise<void>;
}

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

export const serverProcess = (
  program: string,
  args: readonly string[],
  directory: string,
  ready: () => Promise<unknown>,
): ServerProcess => {
  let running: ChildProcess | undefined;
  const killed = () => void running?.kill('SIGKILL');
  process.on('exit', killed);

  const endBy = async (how: (ending: ChildProcess) => void): Promise<void> => {
    const ending = running;
    running = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    how(ending);
    await ended;
  };

  const kill = (): Promise<void> =>
    endBy((ending) => {
      // Standing still it starts no more of them.
      ending.kill('SIGSTOP');
      for (const child of childrenOf(ending.pid ?? 0)) process.kill(child, 'SIGKILL');
      ending.kill('SIGKILL');
    });

  return {
    async start(settings = []) {
      const log = join(directory, 'server.log');
      const child = spawn('sh', ['-c', 'exec "$0" "$@" >>"$SERVER_LOG" 2>&1', program, ...args, ...settings], {
        ...asNobody,
        cwd: directory,
        stdio: 'ignore',
        env: { ...process.env, SERVER_LOG: log },
      });
      running = child;
      for (const deadline = Date.now() + 60_000; ; ) {
        if (child.exitCode !== null) throw new Error(`${program} ended: ${readFileSync(log, 'utf8').slice(-2_000)}`);
        try {
          await ready();
          return;
        } catch (error) {
          if (Date.now() > deadline) throw error;
          await new Promise((later) => setTimeout(later, 50));
        }
      }
    },
    end: (signal) => endBy((ending) => void ending.kill(signal)),
    kill,
    async remove() {
      await kill();
      process.off('exit', killed);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
