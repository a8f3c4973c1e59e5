import { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventDefinitions } from '../../src/domain/streams.ts';
import { at } from './points.ts';

const ROWS = /(?:INTO|UPDATE|FROM) p_(?<projection>\w+?)_v\d+_/;

/** What an append of events is called in the points: its commands, and what it is to them. */
const named = (bodies: readonly string[]): readonly string[] => {
  const events = bodies.map((body) => {
    const { type, meta } = JSON.parse(body);
    const role = eventDefinitions.get(type)?.role ?? 'fact';
    return { command: meta.command as string, role };
  });
  const names = events
    // A driver's model update is recorded with the outcome that it belongs to.
    .filter(
      ({ command, role }) => role !== 'fact' || events.every((one) => one.command !== command || one.role === role),
    )
    .map(({ command, role }) => (role === 'claim' ? 'claim' : `${command} ${role}`));
  return [...new Set(names)];
};

const transactionNames = (appended: readonly string[], movesRows: boolean): readonly string[] => {
  if (appended.length > 0) return named(appended).map((name) => `append of a ${name}`);
  // Others are of the key store.
  return movesRows ? ['catch-up'] : [];
};

/** Puts points around every transaction on the log's file, and between the rows that it writes. */
export const instrumentLog = (): void => {
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  let appended: string[] = [];
  let movesRows = false;

  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    if (sql.startsWith('BEGIN') || sql === 'ROLLBACK') [appended, movesRows] = [[], false];
    const what = sql === 'COMMIT' ? transactionNames(appended, movesRows) : [];
    for (const one of what) at(`${one}: before its commit`);
    exec.call(this, sql);
    for (const one of what) at(`${one}: after its commit`);
  };

  StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    const changes = run.apply(this, values);
    if (this.sourceSQL.startsWith('INSERT INTO events')) appended.push(values[3] as unknown as string);
    const projection = ROWS.exec(this.sourceSQL)?.groups?.projection;
    movesRows ||= projection !== undefined;
    if (projection !== undefined) at(`${projection}: between its rows`);
    return changes;
  } as typeof run;
};
