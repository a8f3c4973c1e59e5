import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { silentLogger } from '../../../../src/index.ts';
import { keyStoreOf } from '../../../../src/library/key-store.ts';
import { surroundingsOf } from '../../../../src/library/surroundings.ts';

/** Opens the key store beside a log, says so, waits for a line, takes a scope's key and tells which one it is. */
const [log = '', scope = ''] = process.argv.slice(2);
const surroundings = { ...surroundingsOf({ logger: silentLogger }), lockTimeoutMs: 10_000 };
const store = await keyStoreOf({ log, masterKey: 'env:SCORIA_TEST_MASTER' }, surroundings);
await store.holds(scope);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const { id, key } = await store.current(scope);
process.stdout.write(`${id} ${createHash('sha256').update(key.export()).digest('hex')}\n`);
await store.close();
process.stdin.destroy();
