import type { Secret } from '../secret.ts';

export interface CommandOptions {
  /** Run through the root helper (`sudo` by default, nothing as root). */
  readonly root?: boolean;
  readonly timeoutMs?: number;
  /** Ends the program; that of the call that it runs in (`DriverEnvironment.signal`) only once the call is given up. */
  readonly signal?: AbortSignal;
  /** Written to standard input. The way for a secret that the program reads there. */
  readonly input?: string | Secret;
  /** Added to the environment. The way for a secret that the program looks for there. */
  readonly env?: Readonly<Record<string, string | Secret>>;
  /** The program gets this process's standard output as its own; the result has none. */
  readonly inheritStdout?: boolean;
  /** Hears what the program says on standard error while it works. */
  readonly onStderr?: (text: string) => void;
  /** Exit codes that are answers and not failures; `[0]` unless given. */
  readonly expectedExitCodes?: readonly number[];
}

export interface CommandResult {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs a program with an argument array and no shell. Rejects with `CommandError`, which carries exit code and the
 * end of standard error, and neither arguments, input nor environment.
 */
export type RunCommand = (program: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;
