import { ScoriaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isDriverFailure } from '../../drivers/contract.ts';
import { findDriver } from '../../drivers/registry.ts';
import type { Backend } from '../../library/backend.ts';
import type { Engine } from '../../library/engine.ts';
import type { Leftover } from '../driver/clean-up.ts';
import { allChecks } from '../driver/describe.ts';
import { attachOn } from '../driver/host-bytes.ts';
import { type AnyCheck, type CheckEnd, type CheckSite, runCheck } from '../driver/run-check.ts';
import { type BackendUnderTest, openSubject } from '../driver/subject.ts';
import { checkLifecycle } from '../lifecycle/check-lifecycle.ts';
import { placeIn } from '../place-in.ts';
import { notesIn } from './journal.ts';
import type { CheckReport, DriverReport, ModelReport, Progress } from './report.ts';

/** What to check, how long, and where it is recorded. */
export interface DriverCheckRequest {
  /** A journal of its own, by `openJournal`: it records all that is made. */
  readonly journal: Engine;
  /** A name that `driver show` takes. */
  readonly driver: string;
  /** The backend's name, which some drivers put into names on the array. */
  readonly backendName: string;
  readonly backend: BackendUnderTest & { readonly options?: JsonObject };
  readonly only: 'everything' | 'suite' | 'model' | { readonly named: string };
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  readonly maxCommands: number;
  /** Ends the check after the call that is under way. What was made is taken away all the same. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** The checks that have this in their names, or in those of cinderlib's tests that they stand for. */
export const checksNamed = (name: string): readonly AnyCheck[] => {
  const isIn = (text: string): boolean => text.toLowerCase().includes(name.toLowerCase());
  return allChecks.filter((check) => isIn(check.name) || (check.level === 'engine' && check.cinderlib?.some(isIn)));
};

/** Runs the suite and the lifecycle model against a backend, and takes away what they made. */
export const checkDriver = async (request: DriverCheckRequest): Promise<DriverReport> => {
  const { journal: engine, signal } = request;
  const definition = await findDriver(request.driver);
  // First, because it says best what keeps a backend from being used.
  const subject = await openSubject(definition, request.backend, request.backendName);
  try {
    const backend = await engine.addBackend({
      name: request.backendName,
      driver: request.driver,
      options: { ...request.backend.options },
    });
    const site: CheckSite = {
      subject,
      engine,
      backend,
      notes: notesIn(engine),
      beforeCall: () => signal?.throwIfAborted(),
    };
    const { reports, leftovers } = await runSuite(request, site);
    const withModel = request.only === 'everything' || request.only === 'model';
    const mayMake = leftovers.length === 0 && !signal?.aborted;
    const model = withModel && mayMake ? await runModel(request, site, leftovers) : null;
    const interrupted = signal?.aborted ?? false;
    const failed = model?.status === 'failed' || reports.some(({ status }) => status === 'failed');
    return {
      driver: request.driver,
      backend: request.backendName,
      capabilities: subject.capabilities,
      storage: storageOf(backend),
      checks: reports,
      model,
      leftovers: onlyOnce(leftovers),
      interrupted,
      passed: !interrupted && !failed && leftovers.length === 0,
    };
  } finally {
    await subject.driver.close?.();
  }
};

const storageOf = ({ record: { stats } }: Backend): DriverReport['storage'] => {
  if (stats === null) return null;
  const { vendor_name, driver_version, storage_protocol } = stats;
  return { vendor_name, driver_version, storage_protocol };
};

const onlyOnce = (leftovers: readonly Leftover[]): readonly Leftover[] => [
  ...new Map(leftovers.map((one) => [`${one.kind} ${one.id}`, one])).values(),
];

const chosen = ({ only }: DriverCheckRequest): readonly AnyCheck[] => {
  if (only === 'model') return [];
  return typeof only === 'object' ? checksNamed(only.named) : allChecks;
};

/** Nothing more is made on an array from which it might not be taken away. */
const STOPPED: CheckEnd = { status: 'not run', why: 'an earlier check left something on the array' };

const runSuite = async (request: DriverCheckRequest, site: CheckSite) => {
  const reports: CheckReport[] = [];
  const leftovers: Leftover[] = [];
  const checks = chosen(request);
  for (const [index, check] of checks.entries()) {
    const place = { number: index + 1, of: checks.length };
    request.onProgress?.({ kind: 'check begins', ...place, name: check.name });
    const began = performance.now();
    const ended = leftovers.length > 0 ? STOPPED : await runCheck(check, site);
    if (ended.status === 'failed') leftovers.push(...ended.leftovers);
    // What an interruption cut short says nothing of the driver.
    if (request.signal?.aborted) break;
    const report: CheckReport = {
      level: check.level,
      name: check.name,
      status: ended.status,
      ...(check.level === 'engine' && check.cinderlib ? { cinderlib: check.cinderlib } : {}),
      ...saidOf(ended, site),
      duration_ms: Math.round(performance.now() - began),
    };
    reports.push(report);
    request.onProgress?.({ kind: 'check ended', ...place, report });
  }
  return { reports, leftovers };
};

const runModel = async (request: DriverCheckRequest, site: CheckSite, leftovers: Leftover[]): Promise<ModelReport> => {
  const { runs, seed, path, maxCommands, onProgress } = request;
  // A file is read as it is: that the host attaches it is what the suite looks at.
  const attach =
    request.backend.attach === undefined ? attachOn({ ...site.subject.host, isRoot: false }) : request.backend.attach;
  const began = performance.now();
  const result = await checkLifecycle(
    { ...site, subject: { ...site.subject, attach } },
    {
      runs,
      seed,
      ...(path === undefined ? {} : { path }),
      maxCommands,
      onRun: (done, shortest) => onProgress?.({ kind: 'run ended', done, of: runs, shortest }),
    },
  );
  leftovers.push(...result.leftovers);
  const counted = {
    runs: result.runs,
    seed,
    max_commands: maxCommands,
    duration_ms: Math.round(performance.now() - began),
  };
  if (request.signal?.aborted) return { status: 'interrupted', ...counted };
  if (result.failure === null) return { status: 'passed', ...counted };
  return { status: 'failed', ...counted, failure: result.failure };
};

/** What a check said that did not pass, without credentials: the report may be sent to others. */
const saidOf = (ended: CheckEnd, { subject: { known } }: CheckSite): Pick<CheckReport, 'message' | 'remedy'> => {
  if (ended.status === 'passed') return {};
  if (ended.status !== 'failed') return { message: known.scrub(ended.why) };
  const { error } = ended;
  const remedy = error instanceof ScoriaError || isDriverFailure(error) ? error.remedy : '';
  return { message: known.scrub(messageOf(error)), ...(remedy === '' ? {} : { remedy: known.scrub(remedy) }) };
};

const messageOf = (error: unknown): string => {
  if (error instanceof ScoriaError) return error.rejection.message;
  if (!(error instanceof Error)) return String(error);
  const place = isDriverFailure(error) ? null : placeIn(error);
  return place === null ? error.message : `${error.message}\n  ${place}`;
};
