import { coveredEvent } from '../commands/audit/covered.ts';
import { isOfSealing } from '../commands/audit/seal.ts';
import type { Services } from '../commands/services.ts';
import { AUDIT_STREAM } from '../domain/audit/audit.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import { logSilent } from '../eventlog/log-errors.ts';
import { inventory } from '../projections/inventory.ts';
import type { ProjectionStatus } from '../projections/projector.ts';
import type { AuditOptions } from './audit/options.ts';
import { type Lag, lagOf } from './lag.ts';
import type { Storage } from './storage.ts';

/** How far a projection is from the log's head. */
export interface ProjectionLag extends ProjectionStatus {
  readonly head: bigint;
  readonly lag: Lag;
}

/** By which rule the log is sealed. */
export type SealingPolicy = Pick<AuditOptions, 'everyEvents' | 'everyMs'>;

/** How far the log is sealed. */
export interface SealingStatus extends SealingPolicy {
  /** How many events, from the first, the newest checkpoint covers; `0` when the log was never sealed. */
  readonly sealed: number;
  /** The events after it, without those that a sealing itself records. */
  readonly lag: Lag;
}

/** What a log and those who follow it look like at one time. */
export interface Status {
  readonly log: string;
  readonly head: bigint;
  /** As they were found: those that move with appends have caught up since, unless a finding says otherwise. */
  readonly projections: readonly ProjectionLag[];
  /** `null` when the read model that knows it could not be read. */
  readonly sealing: SealingStatus | null;
  /** What is not as it should be: nothing, where all is well. */
  readonly findings: readonly Rejection[];
}

export interface Looking {
  readonly storage: Storage;
  readonly services: Services;
  readonly policy: SealingPolicy;
  readonly now: Date;
}

/** Nothing is known of a log that does not answer, and of no projection how far it is. */
const headOf = async ({ log, projector }: Storage): Promise<bigint> => {
  try {
    return await projector.head();
  } catch (error) {
    if (error instanceof ScoriaError && error.code === 'ProjectionBehind') throw logSilent(log.name, error);
    throw error;
  }
};

export const projectionLags = async (storage: Storage, now: Date): Promise<readonly ProjectionLag[]> => {
  const { log, projector } = storage;
  const head = await headOf(storage);
  const lags: ProjectionLag[] = [];
  for (const status of projector.statuses()) {
    const lag = await projector.patiently(status.name, head, lagOf(log, { after: status.position, upTo: head, now }));
    lags.push({ ...status, head, lag });
  }
  return lags;
};

/** Looks at everything that follows the log. Throws when the log itself cannot be looked at. */
export const statusOf = async (looking: Looking): Promise<Status> => {
  const { storage } = looking;
  const projections = await projectionLags(storage, looking.now);
  const behind = await findingsOf(storage, projections);
  const sealing = behind.has(inventory.name) ? null : await sealingOf(looking);
  return {
    log: storage.log.name,
    head: await headOf(storage),
    projections,
    sealing,
    findings: [...behind.values(), ...(sealing === null ? [] : findingsOfSealing(sealing))],
  };
};

/** By projection. They are read as any reader would: what is behind and catches up is no fault. */
const findingsOf = async (
  { projector }: Storage,
  projections: readonly ProjectionLag[],
): Promise<ReadonlyMap<string, Rejection>> => {
  const findings = new Map<string, Rejection>();
  for (const { name, moves } of projections) {
    if (moves !== 'with appends') continue;
    try {
      await projector.catchUp(name);
    } catch (error) {
      if (!(error instanceof ScoriaError)) throw error;
      findings.set(name, error.code === 'ProjectionBehind' ? followerBehind(error.rejection) : error.rejection);
    }
  }
  return findings;
};

const followerBehind = ({ message, remedy, details }: Rejection): Rejection =>
  rejections.FollowerBehind(message, remedy, details);

const sealingOf = async ({ storage, services, policy, now }: Looking): Promise<SealingStatus> => {
  const { checkpoint } = await services.read.state('audit', AUDIT_STREAM);
  const after = checkpoint === null ? 0n : (await coveredEvent(services.audit.events, checkpoint)).position;
  const upTo = await storage.projector.head();
  const lag = await lagOf(storage.log, { after, upTo, now, counts: (event) => !isOfSealing(event) });
  return { ...policy, sealed: Number(checkpoint?.size ?? 0), lag };
};

/** An event that comes right after a sealing waits a whole interval, and a sealing itself takes its time. */
const INTERVALS = 2;

const findingsOfSealing = ({ lag, everyEvents, everyMs, sealed }: SealingStatus): readonly Rejection[] => {
  const { events, more, seconds } = lag;
  const tooMany = everyEvents !== undefined && events > everyEvents;
  const tooOld = everyMs !== undefined && seconds !== null && seconds * 1000 > INTERVALS * everyMs;
  if (!tooMany && !tooOld) return [];
  const rules = [
    ...(everyEvents === undefined ? [] : [`every ${everyEvents} events`]),
    ...(everyMs === undefined ? [] : [`every ${everyMs / 1000} s`]),
  ];
  const many = `${events}${more ? ' or more' : ''} events`;
  const since = sealed === 0 ? 'the log was never sealed' : `the last checkpoint covers ${sealed}`;
  return [
    rejections.SealerBehind(
      `${many} are not sealed, the oldest for ${Math.round(seconds ?? 0)} s, and they should be ${rules.join(' and ')}; ${since}`,
      'see whether the program that seals still runs and what it logs; `scoria audit seal` seals now',
      { events, more, seconds, sealed },
    ),
  ];
};
