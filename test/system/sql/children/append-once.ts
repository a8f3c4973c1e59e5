import { silentLogger } from '../../../../src/index.ts';
import { openLogAt } from '../../../../src/library/open-log.ts';
import { surroundingsOf } from '../../../../src/library/surroundings.ts';
import { appendOf } from '../../../../src/testing/event-log/appends.ts';

/** Opens a log, appends to it, closes it, and has nothing more to do. */
const [url = ''] = process.argv.slice(2);
const surroundings = {
  ...surroundingsOf({ logger: silentLogger }),
  ifMissing: 'refuse',
  lockTimeoutMs: 10_000,
} as const;
const log = await openLogAt(url, surroundings);
await log.append(appendOf('volume-a', -1n));
await log.close();
