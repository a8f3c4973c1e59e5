/** The least that any import of a dump does: its text read and parsed. */
import { readFile } from 'node:fs/promises';
import { given, report, timed } from './program.ts';

const { file } = given<{ file: string }>();

const ms = await timed(async () => JSON.parse(await readFile(file, 'utf8')));
report({ ms });
