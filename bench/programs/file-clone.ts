/** Clones a volume that is a file. */
import { join } from 'node:path';
import { median } from '../statistics.ts';
import { given, openEngine, report, timed } from './program.ts';
import { writeBytes } from './written-file.ts';

const { directory, mebibytes } = given<{ directory: string; mebibytes: number }>();

await using engine = await openEngine(join(directory, 'scoria.db'));
const options = { directory: join(directory, 'volumes') };
const backend = await engine.addBackend({ name: 'files', driver: 'file', options });
const volume = await backend.createVolume({ size: 1 });
await writeBytes(volume.record.provider_location ?? '', mebibytes);
const taken: number[] = [];
for (let copy = 0; copy < 3; copy += 1) taken.push(await timed(() => volume.clone()));
report({ ms: median(taken) });
