/** A driver of Cinder's that does nothing, in its side process: its start, bare calls, and volumes created through it. */
import { fileURLToPath } from 'node:url';
import { callSignal } from '../../src/drivers/call.ts';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import { makeDriver } from '../../src/drivers/make-driver.ts';
import { parseOptions } from '../../src/drivers/parse-options.ts';
import { findDriver } from '../../src/drivers/registry.ts';
import { silentLogger } from '../../src/logging.ts';
import { aVolume } from '../../src/testing/resources.ts';
import { median } from '../statistics.ts';
import { given, openEngine, report, timed } from './program.ts';

const { log, volumes, calls, warmUp } = given<{ log: string; volumes: number; calls: number; warmUp: number }>();

process.env.PYTHONPATH = fileURLToPath(new URL('../cinderlib', import.meta.url));
const CLASS = 'cinder:noop_driver.NoopDriver';

const run = createCommandRunner({ rootHelper: '', log: silentLogger });
const environment = { backendName: 'alone', run, rootHelper: '', log: silentLogger, signal: callSignal };
const startMs = await timed(async () => {
  const definition = await findDriver(CLASS);
  const driver = makeDriver(definition, parseOptions(definition, {}), environment);
  await driver.setup();
  await driver.close?.();
});

const definition = await findDriver(CLASS);
const driver = makeDriver(definition, parseOptions(definition, {}), environment);
await driver.setup();
const volume = aVolume({ size: 1 });
const times: number[] = [];
for (let call = 0; call < warmUp + calls; call += 1) times.push(await timed(() => driver.deleteVolume(volume)));
await driver.close?.();

await using engine = await openEngine(log);
const backend = await engine.addBackend({ name: 'bridged', driver: CLASS, options: {} });
for (let number = 0; number < warmUp; number += 1) await backend.createVolume({ size: 1, name: 'warm-up' });
const ms = await timed(async () => {
  for (let number = 0; number < volumes; number += 1) await backend.createVolume({ size: 1, name: `volume-${number}` });
});

report({ startMs, callUs: median(times.slice(warmUp)) * 1e3, perSecond: (volumes / ms) * 1e3 });
