import { illEnded, recordProblems } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { decode } from '../../src/domain/streams.ts';
import { openSqliteLog } from '../../src/eventlog/sqlite.ts';
import { type Engine, ScoriaError } from '../../src/index.ts';
import type { Acknowledged } from '../acknowledged.ts';
import type { EndedCopy } from '../slow-copies.ts';
import type { Tortured } from '../subjects.ts';
import { outlivedTheirClaims, processesLeft } from './left-behind.ts';
import { unequalIn } from './projections.ts';
import { contradictedIn, lostIn } from './record.ts';

/** What is not as it must be, in sentences, by the promise that it breaks. */
export type Findings = Readonly<Record<string, readonly string[]>>;

export interface Evidence {
  readonly engine: Engine;
  readonly log: string;
  readonly tortured: Tortured;
  readonly told: readonly Acknowledged[];
  readonly copies: readonly EndedCopy[];
  /** What marks the processes of the torture, in their environment: `NAME=value`. */
  readonly mark: string;
}

const storedIn = async (log: string): Promise<readonly StoredEvent[]> => {
  const opened = await openSqliteLog({ file: log, ifMissing: 'refuse' });
  try {
    return await Array.fromAsync(opened.readAll());
  } finally {
    await opened.close();
  }
};

const unverified = async ({ audit }: Engine): Promise<readonly string[]> => {
  try {
    await audit.verify();
    return [];
  } catch (error) {
    if (error instanceof ScoriaError) return [error.message];
    throw error;
  }
};

/** To be called right after the recovery: first it looks at what still runs. */
export const check = async ({ engine, log, tortured, told, copies, mark }: Evidence): Promise<Findings> => {
  const running = await processesLeft(mark);
  const stored = await storedIn(log);
  const events = stored.map(decode);
  const open = await engine.openOperations();
  return {
    lost: lostIn(events, told),
    contradicted: contradictedIn(events, told),
    unsound: recordProblems(stored),
    unverified: await unverified(engine),
    'ill-ended': illEnded(events),
    unknown: open.map(({ operation, resource, state }) => `${operation} of ${resource} is ${state}`),
    unequal: await unequalIn(engine, log, stored),
    'on the array': await tortured.differences(engine, stored),
    'still running': running,
    'ended too late': outlivedTheirClaims(events, copies),
  };
};
