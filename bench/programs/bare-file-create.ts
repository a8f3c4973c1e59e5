/** The least that a file costs which is there complete and durably, or not at all. */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { given, report, timed } from './program.ts';

const { directory, operations } = given<{ directory: string; operations: number }>();
const GIBIBYTE = 1024 ** 3;

const volumes = join(directory, 'volumes');
mkdirSync(volumes);
const createOne = (name: string): void => {
  const partial = join(volumes, `${name}.partial`);
  const file = openSync(partial, 'wx');
  ftruncateSync(file, GIBIBYTE);
  fsyncSync(file);
  closeSync(file);
  renameSync(partial, join(volumes, name));
  const parent = openSync(volumes, 'r');
  fsyncSync(parent);
  closeSync(parent);
};
const create = (prefix: string, times: number): void => {
  for (let count = 0; count < times; count += 1) createOne(`${prefix}-${count}`);
};
create('warm-up', 20);
report({ ms: (await timed(() => create('volume', operations))) / operations });
