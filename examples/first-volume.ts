import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../src/index.ts';

const directory = await mkdtemp(join(tmpdir(), 'scoria-example-'));
await using engine = await createEngine({ log: join(directory, 'scoria.db'), user: 'ada', project: 'web' });

const backend = await engine.addBackend({
  name: 'files',
  driver: 'file',
  options: { directory: join(directory, 'volumes') },
});

const volume = await backend.createVolume({ size: 1, name: 'data' });
const snapshot = await volume.createSnapshot({ name: 'before the upgrade' });
await volume.extend(2, { reason: 'the table space is full' });
const copy = await snapshot.createVolume({ name: 'data as it was' });

const attached = await volume.attach();
console.log(`${volume.name}: ${volume.size} GiB, at ${attached.path}`);
await volume.detach();

await copy.delete();
for await (const { at, actor, words, reason } of (await engine.view()).history(volume.id)) {
  console.log(at, actor.user, words, reason ?? '');
}
