// `npm run torture -- --kills 500 --processes 4 --seed 1 --driver file --log sqlite`: processes that work on one log and
// one backend are killed at every labelled point and at any time, and so is the log's server; then what they left is
// recovered, and every promise is checked.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type RecoveredOperation, silentLogger } from '../src/index.ts';
import { LEAVE_OPEN } from './acknowledged.ts';
import { check, type Findings } from './check/check.ts';
import { detachAll } from './detach-all.ts';
import { pointsOf } from './labels.ts';
import { AT_ANY_TIME, type Lived, liveAndDie, STOPPED } from './lives.ts';
import { opened } from './logs/open.ts';
import { options } from './options.ts';
import { planOf } from './plan.ts';
import { slowCopies } from './slow-copies.ts';
import { apart } from './stopped.ts';
import { tally } from './tally.ts';
import { BACKEND } from './work.ts';

const { driver, kills, processes, seed, slowness, keep } = options;
/** Of every executor: as long as one is stopped. */
const LEASE_MS = 1_200 * slowness;

const directory = await mkdtemp(join(tmpdir(), 'scoria-torture-'));
await using atTheEnd = new AsyncDisposableStack();
await using log = await options.log(directory, seed);
await using tortured = await driver(directory, options.options);
const copies = await slowCopies(directory);
const mark = `SCORIA_TORTURE=${directory}`;
const points = pointsOf(tortured, log);
const lots = planOf(points, kills, seed);
const wanted = new Set(lots.flat().flatMap((death) => (death.kind === 'at a point' ? [death.point.name] : [])));
console.error(`seed ${seed}, ${processes} processes, ${points.length} points, in ${directory}`);

await using engine = await createEngine({
  ...(await opened(log, { ifMissing: 'create' })),
  logger: silentLogger,
  projections: [tally],
  leaseMs: LEASE_MS,
  drainTimeoutMs: 300,
});
await engine.addBackend({ name: BACKEND, ...tortured.backend });

const trouble = log.trouble();
const lived: Lived = await liveAndDie(lots, {
  place: { log: log.log, state: log.state },
  attaches: tortured.attaches,
  seed,
  processes,
  leaseMs: LEASE_MS,
  slowness,
  recover: () => engine.recover(),
  environment: {
    ...process.env,
    ...copies.environment,
    SCORIA_TORTURE: directory,
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
  },
  onDeath: (count) => {
    if (count % 50 === 0) console.error(`${count} of ${lots.flat().length} killed`);
  },
});

const tellDeaths = ({ deaths, told }: Lived): void => {
  const atPoints = [...wanted].map((name) => [name, deaths.get(name) ?? 0] as const);
  for (const [name, count] of atPoints) console.log(`${String(count).padStart(5)} ${name}`);
  const sum = deaths.values().reduce((total, count) => total + count, 0);
  const [anyTime, stopped] = [deaths.get(AT_ANY_TIME) ?? 0, deaths.get(STOPPED) ?? 0];
  const here = sum - anyTime - stopped;
  console.log(
    `${sum} kills: ${here} at ${wanted.size} of ${points.length} points, ${anyTime} at any time, ${stopped} after a stop`,
  );
  const done = told.filter(({ code }) => code === null).length;
  const open = told.filter(({ code }) => LEAVE_OPEN.includes(code)).length;
  console.log(`${told.length} commands acknowledged, ${done} of them done, ${open} said to be not known`);
};

const tellRecovery = (leftOpen: number, recovered: readonly RecoveredOperation[], seconds: number): void => {
  const count = (outcome: string) => recovered.filter((one) => one.outcome === outcome).length;
  console.log(
    `${leftOpen} operations were left open: ${count('done')} done, ${count('failed')} failed, ${count('unknown')} unknown, in ${seconds.toFixed(1)} s`,
  );
};

const tell = (what: string, sentences: readonly string[]): void => {
  console.log(`${sentences.length} ${what}`);
  for (const one of sentences.slice(0, 10)) {
    console.log(`  ${one}`);
    for (const line of checked.historyOf(one)) console.log(`    ${line}`);
  }
};

const troubles = await trouble.ended();
const leftOpen = (await engine.openOperations()).length;
const startedAt = performance.now();
const recovered = await engine.recover();
const seconds = (performance.now() - startedAt) / 1000;
const copied = await copies.ended();
const checked = await check({ engine, log, tortured, lived, copies: copied, mark });
const attached = apart(await detachAll(engine, directory), checked.taken);
const findings: Findings = {
  'never reached': [...wanted].filter((name) => !lived.deaths.has(name)),
  ...checked.findings,
  'still attached': attached.others,
};

tellDeaths(lived);
if (troubles.size > 0) console.log([...troubles].map(([what, count]) => `${what} ${count} times`).join(', '));
tellRecovery(leftOpen, recovered, seconds);
console.log(`${checked.taken.count} operations were taken from processes that lived`);
tell('left by a process out of touch', [...checked.leftByStopped, ...attached.theirs]);
for (const [promise, broken] of Object.entries(findings)) tell(promise, broken);
const isSound = Object.values(findings).every((broken) => broken.length === 0);
if (isSound && !keep) atTheEnd.defer(() => rm(directory, { recursive: true }));
else console.log(`all of it is in ${directory}`);
process.exitCode = isSound ? 0 : 1;
