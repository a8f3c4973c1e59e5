// Gives random commands to a log, and says on standard output what each came to, until it is killed or kills itself.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRight } from 'fp-ts/lib/Either.js';
import { type Command, createEngine, type Engine, ScoriaError, silentLogger } from '../src/index.ts';
import { type Acknowledged, LEAVE_OPEN } from './acknowledged.ts';
import { Drawn } from './drawn.ts';
import type { Task } from './labels.ts';
import { type LogPlace, opened } from './logs/open.ts';
import { instrumentFiles } from './points/files.ts';
import { instrumentLog, withAppendPoints } from './points/log.ts';
import { at, type Doom, dieAt } from './points/points.ts';
import { instrumentPrograms } from './points/programs.ts';
import { instrumentRootSteps } from './points/root-steps.ts';
import { tally } from './tally.ts';
import { BACKEND, type Chosen, nextTask } from './work.ts';

export interface Life {
  readonly place: LogPlace;
  readonly attaches: boolean;
  readonly leaseMs: number;
  readonly seed: string;
  readonly doom: Doom | null;
  readonly towards: Task | null;
}

/** Commands that one process has under way at once. */
const LANES = 2;
const PAUSE_MS = 50;

/** One in so many processes waits no longer than this for a server that is away, and then says that it does not know. */
const IMPATIENT = 3;
const IMPATIENT_MS = 300;

const { place, attaches, leaseMs, seed, doom, towards }: Life = JSON.parse(process.argv[2] ?? '{}');
const isImpatient = new Drawn(seed, 'patience').number(IMPATIENT) === 0;
const outageMs = isImpatient ? IMPATIENT_MS : undefined;
instrumentLog();
await instrumentFiles();
instrumentPrograms();
instrumentRootSteps();
dieAt(doom);

/** What a process is told that comes while the server is away. */
const isAway = (error: unknown): boolean => error instanceof ScoriaError && error.code === 'LogUnavailable';

const begin = async (): Promise<Engine> =>
  createEngine({
    ...(await opened(place, { ifMissing: 'refuse', outageMs, around: withAppendPoints })),
    logger: silentLogger,
    user: 'ada',
    projections: [tally],
    drainTimeoutMs: 300,
    leaseMs,
  });

const insistently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await sleep(PAUSE_MS);
  }
};
const engine = await insistently(begin);

const acknowledge = (acknowledged: Acknowledged): void => {
  at('acknowledgement: before');
  writeSync(1, `${JSON.stringify(acknowledged)}\n`);
  at('acknowledgement: after');
};

/** What the caller of a command is told. */
const told = async (command: Command, commandId: string): Promise<Acknowledged['code']> => {
  try {
    const outcome = await engine.execute(command, { commandId });
    return isRight(outcome) ? null : outcome.left.code;
  } catch (error) {
    if (isAway(error)) return (error as ScoriaError).code;
    throw error;
  }
};

/** Gives a command, and gives it again for as long as nobody knows what came of it, or until the caller has enough. */
const give = async (command: Command, drawn: Drawn): Promise<void> => {
  const commandId = drawn.uuid();
  for (;;) {
    const code = await told(command, commandId);
    acknowledge({ commandId, command: command.type, code });
    if (!LEAVE_OPEN.includes(code) || drawn.number(4) === 0) return;
  }
};

const look = async (): Promise<void> => {
  const view = await engine.view();
  await view.capacity();
  await view.projection(tally);
};

const carryOut = async (chosen: Chosen, drawn: Drawn): Promise<unknown> => {
  if (chosen.type === 'Recover') return engine.recover();
  if (chosen.type === 'Look') return look();
  if (chosen.type === 'Reconcile') return (await engine.backend(BACKEND)).reconcile();
  return give(chosen, drawn);
};

const work = async (lane: number): Promise<never> => {
  const drawn = new Drawn(seed, lane);
  // Whoever comes to see what another left does so first.
  if (towards === 'Recover') await insistently(() => engine.recover());
  for (;;) {
    await insistently(async () => carryOut(await nextTask(engine, drawn, towards, attaches), drawn));
  }
};

await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
