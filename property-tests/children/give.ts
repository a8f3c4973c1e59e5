// Opens an engine on a log, then gives the command of each line of its input and answers with a line of JSON.
import { createInterface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Command } from '../../src/index.ts';
import { openEngine } from '../model/house.ts';

const [log = ''] = process.argv.slice(2);
await using engine = await openEngine({ log, ifMissing: 'refuse' });
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { command, commandId }: { command: Command; commandId: string } = JSON.parse(line);
  const outcome = await engine.execute(command, { commandId, reason: 'a life' });
  console.log(JSON.stringify(isLeft(outcome) ? { code: outcome.left.code } : { state: outcome.right.state }));
}
