import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Engine } from '../../library/engine.ts';
import type { Leftover } from '../driver/clean-up.ts';
import type { CheckNotes } from '../driver/made.ts';
import { LeftBehind } from '../driver/run-check.ts';
import type { DriverSubject } from '../driver/subject.ts';
import { takenAway } from '../engine/sweep.ts';
import { type CommandArbitraries, commandArbitraries, VOLUMES } from './commands.ts';
import { compareLives, type LifecycleStep } from './compare.ts';
import { type EventLine, eventsSince } from './event-lines.ts';
import { LivedOnBackend } from './lived-on-backend.ts';
import { RunNames } from './names.ts';
import { emptyStorage } from './storage.ts';
import { stepInWords } from './words.ts';

/** What the model runs on. */
export interface LifecycleSite {
  readonly engine: Engine;
  readonly subject: DriverSubject;
  readonly notes: CheckNotes | null;
  readonly beforeCall: () => void;
}

export interface LifecycleRuns {
  /** How many lives are tried. */
  readonly runs: number;
  /** The same seed tries the same lives. */
  readonly seed: number;
  /** The life at this path of the seed, alone: what a failure says of itself. */
  readonly path?: string;
  /** How many steps a life has at most. */
  readonly maxCommands: number;
  /** Told after every run: how many are done, and how many steps the shortest failure has, once there is one. */
  readonly onRun?: (done: number, shortest: number | null) => void;
}

/** A life that did not go as the model says, shrunk to its shortest. */
export interface LifecycleFailure {
  /** With `seed`, what repeats exactly it. */
  readonly path: string;
  /** The steps in words; the first is the volume that every life begins with. */
  readonly steps: readonly string[];
  /** Where the model and the backend differ. */
  readonly message: string;
  /** What was recorded, with the model's names for ids. */
  readonly events: readonly EventLine[];
  /** The ids of what the steps call `v0`, `v0-s1`, ... */
  readonly ids: Readonly<Record<string, string>>;
}

export interface LifecycleResult {
  /** How many lives were tried before the first that failed, that one included; shrinking is not counted. */
  readonly runs: number;
  readonly seed: number;
  readonly failure: LifecycleFailure | null;
  readonly leftovers: readonly Leftover[];
}

/** Lives volumes on a backend and in the model, and compares: what is answered, recorded, on the array, and its bytes. */
export const checkLifecycle = async (site: LifecycleSite, runs: LifecycleRuns): Promise<LifecycleResult> => {
  const arbitraries = commandArbitraries(choicesFor(site));
  const leftovers: Leftover[] = [];
  let shortest: LifecycleFailure | null = null;
  let done = 0;
  const property = fc.asyncProperty(livesOf(arbitraries, runs.maxCommands), async (steps) => {
    // No shorter failure is worth it that leaves more on the array.
    if (leftovers.length > 0) return;
    const lived = await live(site, arbitraries, steps);
    done += 1;
    leftovers.push(...lived.leftovers);
    if (lived.failure !== null) shortest = { ...lived.failure, path: '' };
    runs.onRun?.(done, shortest === null ? null : shortest.steps.length);
    if (lived.failure !== null) throw new Error(lived.failure.message);
  });
  const { seed, path, runs: numRuns } = runs;
  const again = path === undefined ? {} : { path, endOnFailure: true };
  const details = await fc.check(property, { seed, numRuns, ...again });
  const last = shortest as LifecycleFailure | null;
  const failure = last === null ? null : { ...last, path: details.counterexamplePath ?? '' };
  return { runs: details.numRuns, seed, failure, leftovers };
};

type LivedFailure = Omit<LifecycleFailure, 'path'>;

/** One life, from a first volume on, on ids of its own; then takes away all that it made. */
const live = async (
  site: LifecycleSite,
  { first }: CommandArbitraries,
  steps: readonly LifecycleStep[],
): Promise<{ readonly failure: LivedFailure | null; readonly leftovers: readonly Leftover[] }> => {
  const names = new RunNames(randomUUID());
  const { engine, subject } = site;
  const storage = emptyStorage({
    tooLargeGiB: subject.tooLargeGiB ?? Number.POSITIVE_INFINITY,
    here: String(subject.connector.host),
    extendsOnline: subject.capabilities.includes('extend_online'),
  });
  const { position } = await engine.view();
  let ended: unknown;
  try {
    await compareLives(storage, new LivedOnBackend(engine, subject, names, site.beforeCall), first, steps);
  } catch (error) {
    ended = error;
  }
  const until = (await engine.view()).position;
  const leftovers = await takenAway(
    site,
    VOLUMES.map((volume) => names.idOf(volume)),
  );
  if (leftovers.length > 0) ended ??= new LeftBehind(leftovers);
  if (ended === undefined) return { failure: null, leftovers };
  const events = await eventsSince(engine, { after: position, until }, names);
  const failure = {
    steps: [{ command: first }, ...steps].map(stepInWords),
    message: names.symbolic(ended instanceof Error ? ended.message : String(ended)),
    events,
    ids: Object.fromEntries(names.used(events)),
  };
  return { failure, leftovers };
};

const livesOf = (
  { onVolumes, onConnections }: CommandArbitraries,
  maxLength: number,
): fc.Arbitrary<readonly LifecycleStep[]> => {
  const write = fc.record({ volume: fc.constantFrom(...VOLUMES), byte: fc.integer({ min: 1, max: 255 }) });
  const step = fc.oneof(
    { weight: 7, arbitrary: onVolumes.map((command): LifecycleStep => ({ command })) },
    { weight: 2, arbitrary: onConnections.map((command): LifecycleStep => ({ command })) },
    { weight: 3, arbitrary: write.map((of): LifecycleStep => ({ write: of })) },
  );
  return fc.array(step, { maxLength: Math.max(0, maxLength - 1), size: 'max' });
};

const choicesFor = ({ subject }: LifecycleSite) => {
  const { sizeGiB, connector, definition, pool } = subject;
  const wrong = { ip: '192.0.2.7' };
  return {
    backend: subject.backendName,
    sizes: [sizeGiB, sizeGiB + 1, sizeGiB + 2] as const,
    tooLargeGiB: subject.tooLargeGiB,
    connectors: [connector, { ...connector, host: 'scoria-check-elsewhere' }] as const,
    wrongConnector: definition.connector.safeParse(wrong).success ? null : wrong,
    capabilities: subject.capabilities,
    pool,
  };
};
