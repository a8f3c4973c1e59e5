import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventDefinitions } from '../../src/domain/streams.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { at } from './points.ts';

/** The steps of an append to a file, and of one to a server. */
export const TRANSACTION_STEPS = ['before its commit', 'after its commit'] as const;
export const CALL_STEPS = ['before it is sent', 'while it is on its way', 'after its answer'] as const;

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

const appendsOf = (bodies: readonly string[]): readonly string[] => named(bodies).map((name) => `append of a ${name}`);

const atEach = (appends: readonly string[], step: string): void => {
  for (const append of appends) at(`${append}: ${step}`);
};

const transactionNames = (appended: readonly string[], movesRows: boolean): readonly string[] => {
  if (appended.length > 0) return appendsOf(appended);
  // Others are of the key store.
  return movesRows ? ['catch-up'] : [];
};

/** Puts points around every transaction on a file of the log or of its projections, and between the rows that it writes. */
export const instrumentLog = (): void => {
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  let appended: string[] = [];
  let movesRows = false;

  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    if (sql.startsWith('BEGIN') || sql === 'ROLLBACK') [appended, movesRows] = [[], false];
    const what = sql === 'COMMIT' ? transactionNames(appended, movesRows) : [];
    atEach(what, TRANSACTION_STEPS[0]);
    exec.call(this, sql);
    atEach(what, TRANSACTION_STEPS[1]);
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

/** Puts points around the appends of a log on a server. */
export const withAppendPoints = (log: EventLog): EventLog => {
  const unmarked = log.append.bind(log);
  const append: EventLog['append'] = async (given) => {
    const what = appendsOf(given.events.map(({ body }) => body));
    const [before, during, after] = CALL_STEPS;
    atEach(what, before);
    const [result] = await Promise.all([unmarked(given), nextTurn().then(() => atEach(what, during))]);
    atEach(what, after);
    return result;
  };
  return Object.assign(log, { append });
};
