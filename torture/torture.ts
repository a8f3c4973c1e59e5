// `npm run torture -- --kills 500 --processes 4 --seed 1`: processes that work on one log and one backend are killed at
// random, again and again; then what they left is recovered, and every promise is checked.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { createEngine, silentLogger } from '../src/index.ts';
import type { Acknowledged } from './acknowledged.ts';
import { BACKEND } from './backend.ts';
import { check } from './check.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** The longest that a worker lives after it has begun to work. */
const LIFE_MS = 120;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    processes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const processes = Number(values.processes);
const seed = Number(values.seed);

const told: Acknowledged[] = [];

/** Resolves when it was killed, after it had begun and lived for a while. */
const workAndDie = async (log: string, number: number, lifeMs: number): Promise<void> => {
  const child: ChildProcess = spawn(process.execPath, [WORKER, log, String(seed + number)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const begun = Promise.withResolvers<void>();
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
  lines.on('line', (line) => {
    told.push(JSON.parse(line));
    begun.resolve();
  });
  await Promise.race([begun.promise, ended]);
  await sleep(lifeMs);
  child.kill('SIGKILL');
  const [code, signal] = await ended;
  if (signal !== 'SIGKILL') throw new Error(`worker ${number} ended by itself, with exit code ${code}`);
};

const directory = await mkdtemp(join(tmpdir(), 'scoria-torture-'));
const log = join(directory, 'scoria.db');
const volumes = join(directory, 'volumes');

const prepare = async (): Promise<void> => {
  await using engine = await createEngine({ log, logger: silentLogger });
  await engine.addBackend({ name: BACKEND, driver: 'file', options: { directory: volumes } });
};

const torment = async (): Promise<void> => {
  const lives = fc.sample(fc.nat({ max: LIFE_MS }), { seed, numRuns: kills });
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < kills) {
      const number = next;
      next += 1;
      await workAndDie(log, number, lives[number] as number);
      if ((number + 1) % 50 === 0) console.error(`${number + 1} of ${kills} kills, ${told.length} commands`);
    }
  };
  await Promise.all(Array.from({ length: processes }, one));
};

console.error(`seed ${seed}, ${processes} processes, in ${directory}`);
await prepare();
await torment();

await using engine = await createEngine({ log, ifMissing: 'refuse', logger: silentLogger });
const leftOpen = (await engine.openOperations()).length;
const startedAt = performance.now();
const recovered = await engine.recover();
const seconds = (performance.now() - startedAt) / 1000;
const findings = await check(engine, log, volumes, told);

const count = (outcome: string) => recovered.filter((one) => one.outcome === outcome).length;
console.log(
  `${kills} kills, ${told.length} commands acknowledged, ${told.filter(({ code }) => code === null).length} of them done`,
);
console.log(
  `${leftOpen} operations were left open: ${count('done')} done, ${count('failed')} failed, ${count('unknown')} unknown, in ${seconds.toFixed(1)} s`,
);
for (const [promise, broken] of Object.entries(findings)) {
  console.log(`${broken.length} ${promise}`);
  for (const one of broken.slice(0, 10)) console.log(`  ${one}`);
}
const sound = Object.values(findings).every((broken) => broken.length === 0);
if (sound && !values.keep) await rm(directory, { recursive: true });
else console.log(`all of it is in ${directory}`);
process.exitCode = sound ? 0 : 1;
