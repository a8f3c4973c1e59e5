// Gives random commands to a log, and says on standard output what each came to, until it is killed or kills itself.
import { writeSync } from 'node:fs';
import { isRight } from 'fp-ts/lib/Either.js';
import { createEngine, silentLogger } from '../src/index.ts';
import type { Acknowledged } from './acknowledged.ts';
import { Drawn } from './drawn.ts';
import type { Task } from './labels.ts';
import { instrumentFiles } from './points/files.ts';
import { instrumentLog } from './points/log.ts';
import { at, type Doom, dieAt } from './points/points.ts';
import { tally } from './tally.ts';
import { BACKEND, nextTask } from './work.ts';

export interface Life {
  readonly log: string;
  readonly attaches: boolean;
  readonly leaseMs: number;
  readonly seed: string;
  readonly doom: Doom | null;
  readonly towards: Task | null;
}

/** Commands that one process has under way at once. */
const LANES = 2;

const { log, attaches, leaseMs, seed, doom, towards }: Life = JSON.parse(process.argv[2] ?? '{}');
instrumentLog();
await instrumentFiles();
dieAt(doom);
const engine = await createEngine({
  log,
  ifMissing: 'refuse',
  logger: silentLogger,
  user: 'ada',
  projections: [tally],
  drainTimeoutMs: 300,
  leaseMs,
});

const acknowledge = (acknowledged: Acknowledged): void => {
  at('acknowledgement: before');
  writeSync(1, `${JSON.stringify(acknowledged)}\n`);
  at('acknowledgement: after');
};

const work = async (lane: number): Promise<never> => {
  const drawn = new Drawn(seed, lane);
  // Whoever comes to see what another left does so first.
  if (towards === 'Recover') await engine.recover();
  for (;;) {
    const chosen = await nextTask(engine, drawn, towards, attaches);
    if (chosen.type === 'Recover') await engine.recover();
    else if (chosen.type === 'Look') await (await engine.view()).capacity();
    else if (chosen.type === 'Reconcile') await (await engine.backend(BACKEND)).reconcile();
    else {
      const commandId = drawn.uuid();
      const outcome = await engine.execute(chosen, { commandId });
      acknowledge({ commandId, command: chosen.type, code: isRight(outcome) ? null : outcome.left.code });
    }
  }
};

await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
