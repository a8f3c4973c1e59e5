import { illEnded, recordProblems } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { decode } from '../../src/domain/streams.ts';
import { openSqliteLog } from '../../src/eventlog/sqlite.ts';
import { type Engine, ScoriaError } from '../../src/index.ts';
import type { Acknowledged } from '../acknowledged.ts';
import type { EndedCopy } from '../slow-copies.ts';
import { apart, idsIn, type Taken, takenFrom } from '../stopped.ts';
import type { Tortured } from '../subjects.ts';
import { BACKEND } from '../work.ts';
import { outlivedTheirClaims, processesLeft } from './left-behind.ts';
import { unequalIn } from './projections.ts';
import { contradictedIn, lostIn, unclaimedIn } from './record.ts';

/** What is not as it must be, in sentences, by the promise that it breaks. */
export type Findings = Readonly<Record<string, readonly string[]>>;

export interface Evidence {
  readonly engine: Engine;
  readonly log: string;
  readonly tortured: Tortured;
  readonly told: readonly Acknowledged[];
  readonly copies: readonly EndedCopy[];
  /** The ids of processes that were stopped for longer than their lease. */
  readonly stopped: ReadonlySet<string>;
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

export interface Checked {
  readonly findings: Findings;
  /** What was taken from processes that were stopped. */
  readonly taken: Taken;
  /** Differences on the array about those: what a call did that began before they were taken, and ended after. */
  readonly leftByStopped: readonly string[];
}

/** What the sweep shows, as text. */
const swept = async (engine: Engine): Promise<readonly string[]> => {
  const { differences } = await (await engine.backend(BACKEND)).reconcile();
  return differences.map((one) =>
    JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
};

/** To be called right after the recovery: first it looks at what still runs. */
export const check = async ({ engine, log, tortured, told, copies, stopped, mark }: Evidence): Promise<Checked> => {
  const running = await processesLeft(mark);
  const stored = await storedIn(log);
  const events = stored.map(decode);
  const open = await engine.openOperations();
  const taken = takenFrom(stopped, events);
  const differences = apart(await tortured.differences(engine, stored), taken);
  const shown = apart(await swept(engine), taken);
  const findings = {
    lost: lostIn(events, told),
    contradicted: contradictedIn(events, told),
    unclaimed: unclaimedIn(events),
    unsound: recordProblems(stored),
    unverified: await unverified(engine),
    'ill-ended': illEnded(events),
    unknown: open.map(({ operation, resource, state }) => `${operation} of ${resource} is ${state}`),
    unequal: await unequalIn(engine, log, stored),
    'on the array': differences.others,
    'in the sweep': shown.others,
    'not in the sweep': differences.theirs.filter((one) => !idsIn(one).some((id) => shown.theirs.join().includes(id))),
    'still running': running,
    'ended too late': outlivedTheirClaims(events, copies, stopped),
  };
  return { findings, taken, leftByStopped: differences.theirs };
};
