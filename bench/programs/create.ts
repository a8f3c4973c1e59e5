/** Creates volumes, one caller or many at once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditOptions } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';
import { given, noopBackend, openEngine, report, timed } from './program.ts';

const { log, volumes, callers, warmUp, sealed } = given<{
  log: string;
  volumes: number;
  callers: number;
  warmUp: number;
  sealed?: AuditOptions & { readonly keyFile: string };
}>();

if (sealed !== undefined) await createKeyFile(sealed.keyFile);
await using engine = await openEngine(log, sealed);
const backend = await noopBackend(engine);
for (let number = 0; number < warmUp; number += 1) await backend.createVolume({ size: 1, name: 'warm-up' });

let next = 0;
const caller = async (): Promise<void> => {
  while (next < volumes) {
    next += 1;
    await backend.createVolume({ size: 1, name: `volume-${next}` });
    // Callers in lockstep would make batches that no real callers make.
    if (callers > 1) for (let turns = Math.floor(Math.random() * 4); turns > 0; turns -= 1) await nextTurn();
  }
};
const ms = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
report({ perSecond: (volumes / ms) * 1e3 });
