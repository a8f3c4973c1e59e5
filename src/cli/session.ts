import { ScoriaError } from '../domain/errors.ts';
import type { CommandContext } from '../index.ts';
import type { Command, CommandName } from '../library/commander.ts';
import type { Engine } from '../library/engine.ts';
import { DEFAULT_LOG, type Globals } from './globals.ts';

export type IfMissing = 'create' | 'refuse';

/** An open engine, and who gives commands to it and why. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly context: CommandContext;
  /** Gives a command; answers the id of what it made. */
  give<Given extends Command>(command: Given): Promise<string>;
}

export const openSession = async (globals: Globals, ifMissing: IfMissing): Promise<Session> => {
  // The engine is most of the time that a command takes to start, so that help and usage errors do without it.
  const [{ createEngine }, { createLogger }] = await Promise.all([
    import('../library/engine.ts'),
    import('../logging.ts'),
  ]);
  const engine = await createEngine({
    log: globals.log || DEFAULT_LOG,
    ifMissing,
    nonUuidIds: globals.nonUuidIds ?? false,
    logger: createLogger({ level: globals.logLevel }),
    ...(globals.wait === undefined ? {} : { busyTimeoutMs: globals.wait * 1000 }),
    ...(globals.user ? { user: globals.user } : {}),
    ...(globals.project ? { project: globals.project } : {}),
    ...(globals.rootHelper === undefined ? {} : { rootHelper: globals.rootHelper }),
  });
  const context = { commandId: globals.commandId, reason: globals.reason || undefined };
  return {
    engine,
    context,
    async give(command) {
      const outcome = await engine.execute(command as { type: CommandName } & Command, context);
      if (outcome._tag === 'Left') throw new ScoriaError(outcome.left);
      return outcome.right.id;
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
};
