import type { HostEnvironment } from '../../connectors/environment.ts';
import type { Backend } from '../../library/backend.ts';
import type { Engine } from '../../library/engine.ts';
import { same } from '../asserting.ts';
import type { EngineCheck } from '../engine/checks.ts';
import { EngineTrial } from '../engine/trial.ts';
import { CannotCheck } from './cannot-check.ts';
import type { DriverCheck, Need } from './check.ts';
import { cleanUp, type Leftover } from './clean-up.ts';
import { releaseOn } from './host-bytes.ts';
import { Ledger, type Notes } from './made.ts';
import type { DriverSubject } from './subject.ts';
import { DriverTrial } from './trial.ts';

/** What a check runs in. */
export interface CheckSite {
  readonly subject: DriverSubject;
  readonly host: HostEnvironment;
  readonly engine: Engine;
  readonly backend: Backend;
  /** Where what is made is noted too, in case this process dies. */
  readonly notes: Notes | null;
  /** Throws when the checks were interrupted. */
  readonly beforeCall: () => void;
}

/** How a check ended. What it made and could not take away is a failure too. */
export type CheckEnd =
  | { readonly status: 'passed' }
  | { readonly status: 'not supported' | 'not checked'; readonly why: string }
  | { readonly status: 'failed'; readonly error: unknown; readonly leftovers: readonly Leftover[] };

export type AnyCheck = ({ readonly level: 'driver' } & DriverCheck) | ({ readonly level: 'engine' } & EngineCheck);

const lacking = (needs: readonly Need[], { capabilities, attach }: DriverSubject): CheckEnd | null => {
  const absent = needs.filter((need) => need !== 'bytes' && !capabilities.includes(need));
  if (absent.length > 0) return { status: 'not supported', why: `the driver has no ${absent.join(' and no ')}` };
  if (!needs.includes('bytes') || attach !== null) return null;
  return { status: 'not checked', why: 'this host cannot attach volumes of the backend' };
};

/** Runs one check, then takes away what it made, whatever came of it. Never rejects. */
export const runCheck = async (check: AnyCheck, site: CheckSite): Promise<CheckEnd> => {
  const without = lacking(check.needs, site.subject);
  if (without !== null) return without;
  const ledger = new Ledger(site.notes);
  let ended: { readonly error: unknown } | null = null;
  try {
    await run(check, site, ledger);
  } catch (error) {
    ended = { error };
  }
  const leftovers = await cleanUp(ledger, { driver: site.subject.driver, release: releasing(site.host) });
  if (leftovers.length > 0) return { status: 'failed', error: ended?.error ?? new LeftBehind(leftovers), leftovers };
  ended ??= await nothingRemains(site.subject);
  if (ended === null) return { status: 'passed' };
  if (ended.error instanceof CannotCheck) return { status: 'not checked', why: ended.error.message };
  return { status: 'failed', error: ended.error, leftovers };
};

const run = async (check: AnyCheck, site: CheckSite, ledger: Ledger): Promise<void> => {
  if (check.level === 'driver') return check.run(new DriverTrial(site.subject, ledger, site.beforeCall));
  const trial = new EngineTrial(site.engine, site.backend, site.subject, site.beforeCall);
  try {
    await check.run(trial);
  } finally {
    await trial.sweep(ledger);
  }
};

const nothingRemains = async ({ remains }: DriverSubject): Promise<{ readonly error: unknown } | null> => {
  if (remains === null) return null;
  try {
    same([...(await remains())], [], 'something is left on the array after all was deleted');
    return null;
  } catch (error) {
    return { error };
  }
};

/** What a connection may have attached is detached from this host; a device that never was is none. */
export const releasing =
  (host: HostEnvironment) =>
  async ({ connection }: { readonly connection: { readonly connection_info: unknown } }): Promise<void> => {
    const info = connection.connection_info as Parameters<typeof releaseOn>[1] | null;
    if (info !== null) await releaseOn(host, info).catch(() => {});
  };

/** What checks made and could not take away again. */
export class LeftBehind extends Error {
  override readonly name = 'LeftBehind';

  constructor(leftovers: readonly Leftover[]) {
    super(`left on the array: ${leftovers.map(({ kind, id, why }) => `${kind} ${id} (${why})`).join(', ')}`);
  }
}
