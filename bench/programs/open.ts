/** Opens a log again and again. */
import { median } from '../statistics.ts';
import { given, openEngine, report } from './program.ts';

const { log, times } = given<{ log: string; times: number }>();

const taken: number[] = [];
for (let time = 0; time < times; time += 1) {
  const start = performance.now();
  const engine = await openEngine(log);
  taken.push(performance.now() - start);
  await engine.close();
}
report({ ms: median(taken) });
