/** Copies a file by `cp`, durably. */
import { execFileSync } from 'node:child_process';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../statistics.ts';
import { given, report, timed } from './program.ts';
import { writeBytes } from './written-file.ts';

const { directory, mebibytes } = given<{ directory: string; mebibytes: number }>();
const GIBIBYTE = 1024 ** 3;

const source = join(directory, 'source');
await writeFile(source, '');
await truncate(source, GIBIBYTE);
await writeBytes(source, mebibytes);

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
};
const copy = async (to: string): Promise<void> => {
  execFileSync('cp', ['--sparse=always', '--reflink=auto', '--', source, to]);
  await sync(to);
  await sync(directory);
};
const taken: number[] = [];
for (let count = 0; count < 3; count += 1) taken.push(await timed(() => copy(join(directory, `copy-${count}`))));
report({ ms: median(taken) });
