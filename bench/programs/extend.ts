/** One operation after the other on one volume. */
import { median } from '../statistics.ts';
import { given, openEngine, report, timed } from './program.ts';

const { log, volume: name, operations } = given<{ log: string; volume: string; operations: number }>();
const WARM_UP = 100;

await using engine = await openEngine(log);
const volume = await engine.volumeNamed(name);
const taken: number[] = [];
for (let count = 0; count < WARM_UP + operations; count += 1) {
  const ms = await timed(() => volume.extend(volume.size + 1));
  if (count >= WARM_UP) taken.push(ms);
}
report({ ms: median(taken) });
