/** Connects hosts, each volume several times: what a connection needs a credential for may be sealed. */
import { median } from '../statistics.ts';
import { given, noopBackend, openEngine, report } from './program.ts';

const { log, volumes, connections, chap, latency_ms } = given<{
  log: string;
  volumes: number;
  connections: number;
  chap: boolean;
  latency_ms: number;
}>();
const WARM_UP = 20;

await using engine = await openEngine(log);
const backend = await noopBackend(engine, { chap, latency_ms });
const first: number[] = [];
const later: number[] = [];
for (let number = 0; number < WARM_UP + volumes; number += 1) {
  const volume = await backend.createVolume({ size: 1 });
  for (let count = 0; count < connections; count += 1) {
    const started = performance.now();
    const connection = await volume.connect({ host: 'node7' });
    const ms = performance.now() - started;
    if (number >= WARM_UP) (count === 0 ? first : later).push(ms);
    await connection.disconnect();
  }
}
report({ firstMs: median(first), ms: median(later) });
