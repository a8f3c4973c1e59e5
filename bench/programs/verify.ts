/** Verifies an export, or does the least that any verifier must. */

import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { verifyFile } from '../../src/library/audit/verify.ts';
import { given, report, timed } from './program.ts';

const { file, bare } = given<{ file: string; bare: boolean }>();

/** Each line read, parsed and hashed. */
const bareReading = async (): Promise<number> => {
  let rest = '';
  let events = 0;
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 2 ** 20 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (JSON.parse(line) && hash('sha256', line)) events += 1;
  }
  return events;
};

let events = 0;
const ms = await timed(async () => {
  events = bare ? await bareReading() : (await verifyFile(file, {})).events;
});
report({ ms, events, peakMiB: process.resourceUsage().maxRSS / 1024 });
