// Holds the write lock of a database, or shuts out readers too: for some milliseconds, or (0) until its input ends. Says
// `held`, then `released`. Arguments: file, milliseconds, `exclusive`.
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

const [file = '', milliseconds = '0', mode = ''] = process.argv.slice(2);
const database = new DatabaseSync(file, { timeout: 5_000 });
// In this mode the first write takes the whole file.
if (mode === 'exclusive') database.exec('PRAGMA locking_mode = EXCLUSIVE');
database.exec('BEGIN IMMEDIATE');
if (mode === 'exclusive') database.exec('PRAGMA user_version = 1');
writeSync(1, 'held\n');
await (milliseconds === '0' ? text(process.stdin) : setTimeout(Number(milliseconds)));
database.exec('COMMIT');
writeSync(1, 'released\n');
database.close();
