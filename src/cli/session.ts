import type { Configuration } from '../config/configuration.ts';
import { ScoriaError } from '../domain/errors.ts';
import type { CommandContext } from '../index.ts';
import type { Command, CommandName } from '../library/commander.ts';
import type { Engine } from '../library/engine.ts';
import { type Globals, settingsOf } from './globals.ts';
import { interruption } from './interruption.ts';
import { meterFor } from './meter.ts';

export type IfMissing = 'create' | 'refuse';
/** A log that lacks the newest note kept outside is shown only to who looks into that. */
export type IfRolledBack = 'open' | 'refuse';

/** An open engine, and who gives commands to it and why. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly configuration: Configuration;
  readonly context: CommandContext;
  /** Gives a command; answers the id of what it made. */
  give<Given extends Command>(command: Given): Promise<string>;
  /** The terminal is for what the command prints from now on. */
  clearProgress(): void;
}

/** What file, environment and flags say together. */
export const configurationFor = async (globals: Globals): Promise<Configuration> => {
  const { loadConfiguration } = await import('../config/configuration.ts');
  return loadConfiguration(sourcesOf(globals));
};

export const sourcesOf = (globals: Globals) => ({
  settings: settingsOf(globals),
  ...(globals.config === undefined || globals.config === '' ? {} : { file: globals.config }),
});

/** Opens a session for `work`, and closes it. */
export const inSession = async <Result>(
  globals: Globals,
  ifMissing: IfMissing,
  work: (session: Session) => Promise<Result>,
  read: Promise<Configuration> = configurationFor(globals),
  ifRolledBack: IfRolledBack = 'refuse',
): Promise<Result> => {
  // The engine is most of the time that a command takes to start, so that help and usage errors do without it.
  const [configuration] = await Promise.all([read, import('../library/engine.ts')]);
  try {
    await using session = await sessionOf(configuration, globals, ifMissing, ifRolledBack);
    return await work(session);
  } catch (error) {
    throw error instanceof ScoriaError ? (notApplied(configuration, error) ?? error) : error;
  }
};

/** A backend that is in the file is not in the log before it is applied. */
const notApplied = ({ file, backendNames }: Configuration, { rejection }: ScoriaError): ScoriaError | null => {
  const { code, details } = rejection;
  const wished = code === 'LogNotFound' ? backendNames.length > 0 : backendNames.includes(String(details.backend));
  if (file === null || !wished || (code !== 'LogNotFound' && code !== 'BackendNotFound')) return null;
  const remedy =
    code === 'LogNotFound'
      ? `\`scoria config apply\` makes it, with the backends of ${file}; --log gives another`
      : `it is in ${file}: \`scoria config apply\` adds it to the log`;
  return new ScoriaError({ ...rejection, remedy });
};

/** A session that its caller closes. */
export const openSession = async (globals: Globals, ifMissing: IfMissing): Promise<Session> =>
  sessionOf(await configurationFor(globals), globals, ifMissing, 'refuse');

const sessionOf = async (
  configuration: Configuration,
  globals: Globals,
  ifMissing: IfMissing,
  ifRolledBack: IfRolledBack,
): Promise<Session> => {
  const { createEngine } = await import('../library/engine.ts');
  const meter = meterFor(globals);
  const engine = await createEngine({
    ...configuration.engine,
    // A command is soon over: it seals when it is told to.
    audit: { ...configuration.engine.audit, everyEvents: undefined, everyMs: undefined, atClose: false, ifRolledBack },
    ifMissing,
    signal: interruption,
    ...(meter === null ? {} : { onProgress: (progress) => meter.show(progress) }),
  });
  const context = { commandId: globals.commandId, reason: globals.reason || undefined };
  return {
    engine,
    configuration,
    context,
    async give(command) {
      interruption.throwIfAborted();
      const outcome = await engine.execute(command as { type: CommandName } & Command, context);
      if (outcome._tag === 'Left') throw new ScoriaError(outcome.left);
      return outcome.right.id;
    },
    clearProgress: () => meter?.clear(),
    async [Symbol.asyncDispose]() {
      meter?.clear();
      await engine.close();
    },
  };
};

/** For work that ends by itself when it is interrupted: what its engine is at comes to its end first. */
export const withEngineUntilDone = async (
  configuration: Configuration,
  work: (engine: Engine) => Promise<void>,
): Promise<void> => {
  const { createEngine } = await import('../library/engine.ts');
  await using engine = await createEngine({ ...configuration.engine, ifMissing: 'refuse' });
  await work(engine);
};
