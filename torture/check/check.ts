import { illEnded, recordProblems } from '../../property-tests/model/folds.ts';
import type { RecordedEvent, StoredEvent } from '../../src/domain/event.ts';
import { decode } from '../../src/domain/streams.ts';
import { type Engine, ScoriaError } from '../../src/index.ts';
import { openStorage } from '../../src/library/storage.ts';
import type { Lived } from '../lives.ts';
import type { TorturedLog } from '../logs/logs.ts';
import { type LogPlace, opened } from '../logs/open.ts';
import type { EndedCopy } from '../slow-copies.ts';
import { apart, idsIn, pidOf, robbedIn, type Taken, takenFrom } from '../stopped.ts';
import type { Tortured } from '../subjects.ts';
import { BACKEND } from '../work.ts';
import { outlivedTheirClaims, processesLeft } from './left-behind.ts';
import { unequalIn } from './projections.ts';
import { contradictedIn, lostIn, unclaimedIn } from './record.ts';

/** What is not as it must be, in sentences, by the promise that it breaks. */
export type Findings = Readonly<Record<string, readonly string[]>>;

export interface Evidence {
  readonly engine: Engine;
  readonly log: TorturedLog;
  readonly tortured: Tortured;
  readonly lived: Lived;
  readonly copies: readonly EndedCopy[];
  /** What marks the processes of the torture, in their environment: `NAME=value`. */
  readonly mark: string;
}

const storedIn = async (place: LogPlace): Promise<readonly StoredEvent[]> => {
  const storage = await openStorage({ ...(await opened(place, { ifMissing: 'refuse' })), projections: [] });
  try {
    return await Array.fromAsync(storage.log.readAll());
  } finally {
    await storage.close();
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
  /** What was taken from processes that were stopped, or cut off from the log, for longer than their lease. */
  readonly taken: Taken;
  /** Differences on the array about those: what a call did that began before they were taken, and ended after. */
  readonly leftByStopped: readonly string[];
  /** The last events of what a sentence is about, in lines. */
  readonly historyOf: (sentence: string) => readonly string[];
}

const LAST_EVENTS = 12;

const historyIn =
  (events: readonly RecordedEvent[]) =>
  (sentence: string): readonly string[] =>
    [...new Set(idsIn(sentence))].flatMap((id) =>
      events
        .filter(({ stream, data }) => idsIn(`${stream} ${JSON.stringify(data)}`).includes(id))
        .slice(-LAST_EVENTS)
        .map(
          ({ type, stream, data, meta }) =>
            `${meta.at.slice(11, -1)} ${type} of ${stream} by ${pidOf(meta.executor)} for ${meta.commandId.slice(0, 8)} ${JSON.stringify(data).slice(0, 60)}`,
        ),
    );

/** What the sweep shows, as text. */
const swept = async (engine: Engine): Promise<readonly string[]> => {
  const { differences } = await (await engine.backend(BACKEND)).reconcile();
  return differences.map((one) =>
    JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
};

/** What could not be told of the volume. */
const lastQuestion = (events: readonly RecordedEvent[], volumeId: string): string => {
  const asked = events.filter(({ type, stream }) => type === 'VolumeOutcomeUnknown' && stream === `volume-${volumeId}`);
  return String(asked.at(-1)?.data.question);
};

/** To be called right after the recovery: first it looks at what still runs. */
export const check = async ({ engine, log, tortured, lived, copies, mark }: Evidence): Promise<Checked> => {
  const { told, stopped, diedAt } = lived;
  const running = await processesLeft(mark);
  const stored = await storedIn(log);
  const events = stored.map(decode);
  const open = await engine.openOperations();
  const outOfTouch = new Set([...stopped, ...(log.losesTouch ? robbedIn(events, diedAt) : [])]);
  const taken = takenFrom(outOfTouch, events);
  const differences = apart(await tortured.differences(engine, stored), taken);
  const shown = apart(await swept(engine), taken);
  const findings = {
    lost: lostIn(events, told),
    contradicted: contradictedIn(events, told),
    unclaimed: unclaimedIn(events),
    unsound: recordProblems(stored),
    unverified: await unverified(engine),
    'ill-ended': illEnded(events),
    unknown: open.map(
      ({ operation, resource, state }) => `${operation} of ${resource} is ${state}: ${lastQuestion(events, resource)}`,
    ),
    unequal: await unequalIn(engine, log, stored),
    'on the array': differences.others,
    'in the sweep': shown.others,
    'not in the sweep': differences.theirs.filter((one) => !idsIn(one).some((id) => shown.theirs.join().includes(id))),
    'still running': running,
    'ended too late': outlivedTheirClaims(events, copies, outOfTouch),
  };
  return { findings, taken, leftByStopped: differences.theirs, historyOf: historyIn(events) };
};
