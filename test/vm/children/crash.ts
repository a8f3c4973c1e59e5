// Gives one command to a log: `node crash.mjs '{ "log": ..., "command": ..., "doom": ... }'`. Without a doom it says on
// standard output which points it passed; with one it is killed there.
import { writeSync } from 'node:fs';
import { isRight } from 'fp-ts/lib/Either.js';
import type { Command } from '../../../src/library/commander.ts';
import { createEngine } from '../../../src/library/engine.ts';
import { silentLogger } from '../../../src/logging.ts';
import { instrumentLog } from '../../../torture/points/log.ts';
import { type Doom, dieAt, onPoints } from '../../../torture/points/points.ts';
import { instrumentPrograms } from '../../../torture/points/programs.ts';
import { instrumentRootSteps } from '../../../torture/points/root-steps.ts';

export interface Errand {
  readonly log: string;
  readonly command: Command;
  readonly doom: Doom | null;
}

const { log, command, doom }: Errand = JSON.parse(process.argv[2] ?? '{}');
instrumentLog();
instrumentPrograms();
instrumentRootSteps();
dieAt(doom);
const passed: string[] = [];
onPoints((point) => passed.push(point));

await using engine = await createEngine({ log, ifMissing: 'refuse', logger: silentLogger });
const outcome = await engine.execute(command);
if (!isRight(outcome)) throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.left)}`);
writeSync(1, JSON.stringify(passed));
