import { execa, type Options } from 'execa';
import type { Logger } from '../logging.ts';
import type { Secret } from '../secret.ts';
import { callSignals } from './call.ts';
import { assertOurs, operationMark } from './current-operation.ts';
import type { CommandOptions, RunCommand } from './run-command.ts';

/** The only door to other programs: nothing else may import execa or node:child_process. */
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_GRACE_MS = 5_000;
const KILLED_WITHIN_MS = 1_000;
const STDERR_TAIL_BYTES = 2_048;

export interface CommandEnd {
  readonly program: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** Whether the program ran at all; when it did not, nothing happened. */
  readonly started: boolean;
  /** The end of standard error, at most 2 kB. */
  readonly stderr: string;
}

/** A program that did not end as expected. It knows neither arguments, input nor environment, where secrets could be. */
export class CommandError extends Error implements CommandEnd {
  override readonly name = 'CommandError';
  readonly program: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly started: boolean;
  readonly stderr: string;

  constructor(message: string, end: CommandEnd) {
    super(message);
    this.program = end.program;
    this.exitCode = end.exitCode;
    this.signal = end.signal;
    this.timedOut = end.timedOut;
    this.cancelled = end.cancelled;
    this.started = end.started;
    this.stderr = end.stderr;
  }
}

export interface CommandRunnerOptions {
  /** What runs a program as root: `sudo`, `sudo -n`, ... Not used as root; none when empty. */
  readonly rootHelper: string;
  readonly log: Logger;
  readonly isRoot?: boolean;
  /** Variables of this process that hold credentials: no program inherits them. */
  readonly withheld?: () => readonly string[];
  /** How long a program may take to end by itself after SIGTERM, before SIGKILL. */
  readonly graceMs?: number;
}

/** What is used of execa's subprocess and result. */
type Subprocess = Pick<ReturnType<typeof execa>, 'stdout' | 'stderr' | 'nodeChildProcess'> & {
  readonly pid?: number | undefined;
};
interface Result {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly isMaxBuffer: boolean;
  readonly stderr?: unknown;
}
type Stop = { reason: 'time' | 'cancelled' | null };

export const createCommandRunner = (runner: CommandRunnerOptions): RunCommand => {
  const isRoot = runner.isRoot ?? process.getuid?.() === 0;
  const helper = isRoot ? [] : runner.rootHelper.split(' ').filter((word) => word !== '');

  return async (program, args, given = {}) => {
    // A program does not outlive the call that started it.
    const { givenUp } = callSignals();
    const signal = given.signal === undefined ? givenUp : AbortSignal.any([given.signal, givenUp]);
    const options = { ...given, signal };
    await assertOurs();
    if (signal.aborted) throw notStarted(program);
    const prefix = options.root ? helper : [];
    const [file = program, ...argv] = [...prefix, program, ...args];
    const startedAt = performance.now();
    const subprocess = execa(file, argv, execaOptions(options, runner));
    if (options.onStderr !== undefined) subprocess.stderr?.setEncoding('utf8').on('data', options.onStderr);
    const stop: Stop = { reason: null };
    const { promise: left, resolve: leave } = Promise.withResolvers<Result>();
    const killing = { prefix, graceMs: runner.graceMs ?? DEFAULT_GRACE_MS, leave: () => leave({ isMaxBuffer: false }) };
    const stopWatching = watch(subprocess, stop, options, killing);
    const result: Result & { readonly stdout?: unknown } = await Promise.race([subprocess, left]).finally(stopWatching);

    const exitCode = result.exitCode ?? null;
    const durationMs = Math.round(performance.now() - startedAt);
    runner.log.debug({ program, exitCode, signal: result.signal ?? null, durationMs }, 'Command ended');
    const expected = options.expectedExitCodes ?? [0];
    if (stop.reason === null && exitCode !== null && expected.includes(exitCode) && !result.isMaxBuffer) {
      return { stdout: String(result.stdout ?? ''), exitCode };
    }
    throw failure(program, file, result, stop, options);
  };
};

const execaOptions = (options: CommandOptions, { withheld }: CommandRunnerOptions): Options => ({
  reject: false,
  // Its own process group, so that a timeout ends its children too.
  detached: true,
  cleanup: false,
  ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: revealed(options.input) }),
  ...(options.inheritStdout ? { stdout: 'inherit' as const } : {}),
  // Drivers read what programs print, so it must not be translated.
  env: {
    ...Object.fromEntries((withheld?.() ?? []).map((name) => [name, undefined])),
    LC_ALL: 'C',
    // So that another process can end them when this one has died (`abandoned-commands.ts`).
    ...operationMark(),
    ...Object.fromEntries(Object.entries(options.env ?? {}).map(([name, value]) => [name, revealed(value)])),
  },
});

const revealed = (value: string | Secret): string => (typeof value === 'string' ? value : value.reveal());

interface Killing {
  readonly prefix: readonly string[];
  readonly graceMs: number;
  /** Waits for it no longer. */
  readonly leave: () => void;
}

/** What this process waits for; a group of its own does not end with it by itself. */
const running = new Set<Subprocess>();
process.on('exit', () => {
  for (const subprocess of running) signalGroup(subprocess, 'SIGKILL', []);
});

/** Ends the process group on timeout or cancellation. Returns what stops the watching. */
const watch = (subprocess: Subprocess, stop: Stop, options: CommandOptions, killing: Killing): (() => void) => {
  let hardEnd: NodeJS.Timeout | undefined;
  let unkillable: NodeJS.Timeout | undefined;
  const end = (reason: 'time' | 'cancelled') => {
    if (stop.reason !== null) return;
    stop.reason = reason;
    signalGroup(subprocess, 'SIGTERM', killing.prefix);
    hardEnd = setTimeout(() => {
      signalGroup(subprocess, 'SIGKILL', killing.prefix);
      // A descendant that left the group may hold these open for ever.
      subprocess.stdout?.destroy();
      subprocess.stderr?.destroy();
      // Storage that is gone keeps a program in the kernel, where no signal reaches it.
      unkillable = setTimeout(() => {
        subprocess.nodeChildProcess.unref();
        killing.leave();
      }, KILLED_WITHIN_MS);
    }, killing.graceMs);
  };
  const timer = setTimeout(() => end('time'), Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 2 ** 31 - 1));
  const cancel = () => end('cancelled');
  options.signal?.addEventListener('abort', cancel, { once: true });
  running.add(subprocess);
  return () => {
    clearTimeout(timer);
    clearTimeout(hardEnd);
    clearTimeout(unkillable);
    // The program itself has ended; what it left in its group after a timeout shall not outlive it.
    if (stop.reason !== null) signalGroup(subprocess, 'SIGKILL', killing.prefix);
    options.signal?.removeEventListener('abort', cancel);
    running.delete(subprocess);
  };
};

const signalGroup = (subprocess: Subprocess, signal: 'SIGTERM' | 'SIGKILL', prefix: readonly string[]): void => {
  if (subprocess.pid === undefined) return;
  try {
    process.kill(-subprocess.pid, signal);
  } catch (error) {
    // EPERM: the group runs as root, so only the root helper can end it. ESRCH: it is gone.
    const [file, ...argv] = prefix;
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' || file === undefined) return;
    void execa(file, [...argv, 'kill', '-s', signal.slice(3), '--', `-${subprocess.pid}`], { reject: false });
  }
};

const notStarted = (program: string): CommandError =>
  new CommandError(`${program} was cancelled before it started`, {
    program,
    exitCode: null,
    signal: null,
    timedOut: false,
    cancelled: true,
    started: false,
    stderr: '',
  });

const failure = (program: string, file: string, result: Result, stop: Stop, options: CommandOptions): CommandError => {
  const end: CommandEnd = {
    program,
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    timedOut: stop.reason === 'time',
    cancelled: stop.reason === 'cancelled',
    started: result.exitCode !== undefined || result.signal !== undefined || stop.reason !== null,
    stderr: stderrTail(String(result.stderr ?? ''), options),
  };
  return new CommandError(`${program} ${howItEnded(end, file, result, options)}`, end);
};

const howItEnded = (end: CommandEnd, file: string, result: Result, options: CommandOptions): string => {
  if (end.timedOut) return `did not end within ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS} ms and was stopped`;
  if (end.cancelled) return 'was cancelled';
  if (result.isMaxBuffer) return 'printed more than can be read';
  const lastLine = end.stderr.trim().split('\n').at(-1) ?? '';
  const said = lastLine === '' ? '' : `: ${lastLine}`;
  if (end.signal !== null) return `was ended by ${end.signal}${said}`;
  if (end.exitCode !== null) return `ended with exit code ${end.exitCode}${said}`;
  // Looking along PATH, a directory that this user may not read hides that the program is missing.
  const missing = result.code === 'ENOENT' || (result.code === 'EACCES' && !file.includes('/'));
  if (missing) return `cannot run: the program ${JSON.stringify(file)} is not on this host`;
  return `cannot run: ${JSON.stringify(file)} could not be started (${result.code ?? 'no reason given'})`;
};

const stderrTail = (stderr: string, options: CommandOptions): string => {
  const secrets = [options.input, ...Object.values(options.env ?? {})].flatMap((value) =>
    value === undefined || typeof value === 'string' || value.reveal().trim() === '' ? [] : [value.reveal().trim()],
  );
  const scrubbed = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), stderr);
  const tail = Buffer.from(scrubbed).subarray(-STDERR_TAIL_BYTES).toString();
  // Cutting bytes can cut the first character in two.
  return tail.replace(/^\uFFFD+/, '').toWellFormed();
};
