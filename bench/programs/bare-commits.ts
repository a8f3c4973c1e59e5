/** The least that a durable record costs: one row, one commit. */
import { DatabaseSync } from 'node:sqlite';
import { given, report, timed } from './program.ts';

const { file, commits, warmUp, chars } = given<{ file: string; commits: number; warmUp: number; chars: number }>();

const database = new DatabaseSync(file);
database.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE rows (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT`);
const insert = database.prepare('INSERT INTO rows (body) VALUES (?)');
const body = 'x'.repeat(chars);
const commit = (times: number): void => {
  for (let count = 0; count < times; count += 1) insert.run(body);
};
commit(warmUp);
const ms = await timed(() => commit(commits));
database.close();
report({ perSecond: (commits / ms) * 1e3, pairsPerSecond: (commits / 2 / ms) * 1e3, pairMs: (ms / commits) * 2 });
