// Works on a log until it has no file descriptor left, and when it has some again; says how each call ended.
// Argument: a directory.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../../src/index.ts';

const [directory = ''] = process.argv.slice(2);
const log = join(directory, 'scoria.db');

const failure = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return { ended: String(await call) };
  } catch (error) {
    const { code, message, remedy } = error as { code?: string; message: string; remedy?: string };
    return { code, message, remedy };
  }
};

const taken: number[] = [];
const takeAll = (): void => {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
};
const giveBack = (count = taken.length): void => {
  for (const descriptor of taken.splice(-count)) closeSync(descriptor);
};

const engine = await createEngine({ log });
const options = { directory: join(directory, 'volumes') };
const backend = await engine.addBackend({ name: 'files', driver: 'file', options });
const volume = await backend.createVolume({ size: 1 });
takeAll();
const opened = await failure(createEngine({ log, ifMissing: 'refuse' }));
const created = await failure(backend.createVolume({ size: 1 }));
await engine.keyValues.set('a', 'b');
const recorded = await engine.keyValues.get('a');
// Enough for the file, and not for the program that copies.
giveBack(4);
const cloned = await failure(volume.clone());
giveBack();
const { status: afterwards } = await backend.createVolume({ size: 1 });
const open = await engine.openOperations();
await engine.close();
process.stdout.write(JSON.stringify({ opened, created, recorded, cloned, afterwards, open }));
