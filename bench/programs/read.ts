/** The first list of a process, then volumes by their ids. */
import type { Volume } from '../../src/index.ts';
import { median } from '../statistics.ts';
import { given, openEngine, report, timed } from './program.ts';

const { log, gets } = given<{ log: string; gets: number }>();

await using engine = await openEngine(log);
let volumes: readonly Volume[] = [];
const listMs = await timed(async () => {
  volumes = await engine.volumes();
});
const step = Math.max(1, Math.floor(volumes.length / gets));
const ids = volumes.filter((_, index) => index % step === 0).map(({ id }) => id);
const got: number[] = [];
for (const id of ids) got.push(await timed(() => engine.volume(id)));
report({ listMs, getUs: median(got) * 1e3, volumes: volumes.length });
