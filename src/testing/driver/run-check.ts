import type { Backend } from '../../library/backend.ts';
import type { Engine } from '../../library/engine.ts';
import { same } from '../asserting.ts';
import type { EngineCheck } from '../engine/checks.ts';
import { takenAway } from '../engine/sweep.ts';
import { EngineTrial } from '../engine/trial.ts';
import { CannotCheck } from './cannot-check.ts';
import type { DriverCheck, Need } from './check.ts';
import { cleanUp, type Leftover, releasing } from './clean-up.ts';
import { type CheckNotes, Ledger } from './made.ts';
import type { DriverSubject } from './subject.ts';
import { DriverTrial } from './trial.ts';

/** What a check runs in. */
export interface CheckSite {
  readonly subject: DriverSubject;
  readonly engine: Engine;
  readonly backend: Backend;
  /** Where what is made is noted too, in case this process dies. */
  readonly notes: CheckNotes | null;
  /** Throws when the checks were interrupted. */
  readonly beforeCall: () => void;
}

/** How a check ended. What it made and could not take away is a failure too. */
export type CheckEnd =
  | { readonly status: 'passed' }
  | { readonly status: 'not supported' | 'not run'; readonly why: string }
  | { readonly status: 'failed'; readonly error: unknown; readonly leftovers: readonly Leftover[] };

export type AnyCheck = ({ readonly level: 'driver' } & DriverCheck) | ({ readonly level: 'engine' } & EngineCheck);

const lacking = (needs: readonly Need[], { capabilities, attach }: DriverSubject): CheckEnd | null => {
  const absent = needs.filter((need) => need !== 'bytes' && !capabilities.includes(need));
  if (absent.length > 0) return { status: 'not supported', why: `the driver has no ${absent.join(' and no ')}` };
  if (!needs.includes('bytes') || attach !== null) return null;
  return { status: 'not run', why: 'this host cannot attach volumes of the backend' };
};

/** Runs one check, then takes away what it made, whatever came of it. Never rejects. */
export const runCheck = async (check: AnyCheck, site: CheckSite): Promise<CheckEnd> => {
  const without = lacking(check.needs, site.subject);
  if (without !== null) return without;
  const { error, leftovers } = check.level === 'driver' ? await onDriver(check, site) : await onEngine(check, site);
  if (leftovers.length > 0) return { status: 'failed', error: error ?? new LeftBehind(leftovers), leftovers };
  const ended = error ?? (await nothingRemains(site.subject));
  if (ended === null) return { status: 'passed' };
  if (ended instanceof CannotCheck) return { status: 'not run', why: ended.message };
  return { status: 'failed', error: ended, leftovers };
};

/** What a check threw, if it did, and what is left of what it made. */
interface Done {
  readonly error: unknown;
  readonly leftovers: readonly Leftover[];
}

const onDriver = async (check: DriverCheck, site: CheckSite): Promise<Done> => {
  const ledger = new Ledger(site.notes);
  const error = await errorOf(check.run(new DriverTrial(site.subject, ledger, site.beforeCall)));
  return {
    error,
    leftovers: await cleanUp(ledger, { driver: site.subject.driver, release: releasing(site.subject.host) }),
  };
};

const onEngine = async (check: EngineCheck, site: CheckSite): Promise<Done> => {
  const trial = new EngineTrial(site.engine, site.backend, site.subject, site.beforeCall);
  const error = await errorOf(check.run(trial));
  return { error, leftovers: await takenAway(site, trial.volumes) };
};

const errorOf = (run: Promise<void>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error ?? new Error('a check threw nothing'),
  );

const nothingRemains = async ({ remains }: DriverSubject): Promise<unknown> =>
  remains === null ? null : errorOf(remains().then((names) => same([...names], [], LEFT)));

const LEFT = 'something is left on the array after all was deleted';

/** What checks made and could not take away again. */
export class LeftBehind extends Error {
  override readonly name = 'LeftBehind';

  constructor(leftovers: readonly Leftover[]) {
    super(`left on the array: ${leftovers.map(({ kind, id, why }) => `${kind} ${id} (${why})`).join(', ')}`);
  }
}
