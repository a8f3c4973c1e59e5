import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { openSqliteLog, type SqliteLog, type SqliteLogOptions } from '../../src/eventlog/sqlite.ts';

/** Files and logs of one test file: logs are closed after each test, files removed after all. */
export const scratch = () => {
  const directory = mkdtempSync(join(tmpdir(), 'scoria-log-'));
  chmodSync(directory, 0o755);
  const logs: SqliteLog[] = [];
  let count = 0;
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return {
    directory,
    file(): string {
      count += 1;
      return join(directory, `${count}.scoria`);
    },
    async open(file: string, options: Partial<SqliteLogOptions> = {}): Promise<SqliteLog> {
      const log = await openSqliteLog({ file, ifMissing: 'create', ...options });
      logs.push(log);
      return log;
    },
  };
};
