import { quiet } from '../../commands/backend-drivers.ts';
import type { HostEnvironment } from '../../connectors/environment.ts';
import { connectorProperties } from '../../connectors/properties.ts';
import { type Backend, type Capability, largestVolumeGiB } from '../../domain/backend/backend.ts';
import { type Rejection, rejections, ScoriaError } from '../../domain/errors.ts';
import { callSignal } from '../../drivers/call.ts';
import { createCommandRunner } from '../../drivers/command-runner.ts';
import {
  type Connector,
  capabilitiesOf,
  type Driver,
  type DriverDefinition,
  type DriverEnvironment,
  isDriverFailure,
} from '../../drivers/contract.ts';
import { makeDriver } from '../../drivers/make-driver.ts';
import { parseOptions } from '../../drivers/parse-options.ts';
import { secretFieldsOf, withSecrets } from '../../drivers/secret-fields.ts';
import { KnownSecrets } from '../../known-secrets.ts';
import { silentLogger } from '../../logging.ts';
import { configuredOptions } from '../../secrets/configured.ts';
import { through } from '../../secrets/through.ts';
import { Unlike } from '../asserting.ts';
import { placeIn } from '../place-in.ts';
import { heardDriver } from './answers.ts';
import { type Attach, attachOn } from './host-bytes.ts';

/** A backend to check a driver on. Everything but the driver's own options is optional, and makes checks stricter. */
export interface BackendUnderTest {
  /** The driver's options, as `backend add --set` takes them. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The connector properties of this host; those that it has unless given. */
  readonly connector?: Connector;
  /** Size of the volumes to make, in GiB: 1 unless given. Some are up to 2 GiB larger. */
  readonly sizeGiB?: number;
  /** How many decimals of a size in GiB the backend keeps: 0 unless given, which is every byte. */
  readonly sizePrecision?: number;
  /** The pool for the volumes, where the backend has several; the driver chooses unless given. */
  readonly pool?: string;
  /** A size, in GiB, that the backend cannot hold; found out from its stats unless given. */
  readonly tooLargeGiB?: number;
  /** How this host gets at the bytes; by Scoria's own connectors unless given. `null`: it cannot. */
  readonly attach?: Attach | null;
  /** The names of all that is on the array, half-made or not: with it, every check sees to it that nothing is left. */
  readonly remains?: () => Promise<readonly string[]>;
  /** What the driver may use of this process; the real thing and a silent log unless given. */
  readonly environment?: Partial<Pick<DriverEnvironment, 'run' | 'log'>>;
  /** What runs programs as root: `sudo -n` unless given. */
  readonly rootHelper?: string;
  /** Called when a check is over. */
  readonly close?: () => Promise<void>;
}

/** A driver that is set up, and what checks know of it. */
export interface DriverSubject {
  readonly definition: DriverDefinition;
  readonly driver: Driver;
  /** What its connectors may use of this process. */
  readonly host: HostEnvironment;
  /** The credentials that it was given and that it told. */
  readonly known: Pick<KnownSecrets, 'learn' | 'scrub'>;
  readonly capabilities: readonly Capability[];
  readonly backendName: string;
  readonly connector: Connector;
  readonly sizeGiB: number;
  readonly sizePrecision: number;
  readonly pool: string | null;
  /** `null` when no size is known to be too large. */
  readonly tooLargeGiB: number | null;
  readonly attach: Attach | null;
  readonly remains: (() => Promise<readonly string[]>) | null;
}

const LARGEST_GIB = 8_388_608;

/** What a driver and this host's connectors may use. */
export const environmentOf = (
  { environment = {}, rootHelper = 'sudo -n' }: BackendUnderTest,
  known = new KnownSecrets(),
): Pick<DriverEnvironment, 'run' | 'log' | 'rootHelper'> => {
  const log = known.quiet(environment.log ?? silentLogger);
  const withheld = () => known.withheld;
  return { log, rootHelper, run: environment.run ?? createCommandRunner({ rootHelper, log, withheld }) };
};

/** The driver, whose errors repeat no credential, and whose answers tell which there are. */
const overheard = (driver: Driver, definition: DriverDefinition, known: KnownSecrets): Driver =>
  through(quiet(driver, known), async (given, call) => {
    const answer = await call(given);
    await withSecrets(answer, secretFieldsOf(definition), (credential) => known.learn(credential));
    return answer;
  });

/** Makes the driver, sets it up, and asks it what checks need to know. */
export const openSubject = async (
  definition: DriverDefinition,
  backend: BackendUnderTest,
  backendName: string,
): Promise<DriverSubject> => {
  const known = new KnownSecrets();
  const host = environmentOf(backend, known);
  const given = parseOptions(definition, backend.options ?? {});
  const options = await configuredOptions(definition, given, { run: host.run, known });
  const made = makeDriver(definition, options, { ...host, backendName, signal: callSignal });
  const driver = overheard(heardDriver(made), definition, known);
  await inUse('setup', driver.setup());
  return {
    definition,
    driver,
    host,
    known,
    capabilities: capabilitiesOf(driver),
    backendName,
    connector: backend.connector ?? (await connectorProperties()),
    sizeGiB: backend.sizeGiB ?? 1,
    sizePrecision: backend.sizePrecision ?? 0,
    pool: backend.pool ?? null,
    tooLargeGiB: backend.tooLargeGiB ?? (await inUse('stats', tooLargeOn(driver))),
    attach: backend.attach === undefined ? attachOn(host) : backend.attach,
    remains: backend.remains ?? null,
  };
};

/** Says which method kept the backend from being used. */
const inUse = async <Result>(method: string, call: Promise<Result>): Promise<Result> => {
  try {
    return await call;
  } catch (error) {
    throw new ScoriaError(whyUnusable(method, error), { cause: error });
  }
};

const whyUnusable = (method: string, error: unknown): Rejection => {
  if (isDriverFailure(error)) return rejections.DriverFailed(`${method}: ${error.message}`, error.remedy);
  const remedy = `mend ${method} of the driver, or the options that it was given`;
  if (error instanceof Unlike) return rejections.DriverFailed(error.message, remedy);
  if (!(error instanceof Error)) return rejections.DriverFailed(`${method}: ${String(error)}`, remedy);
  const place = placeIn(error);
  return rejections.DriverFailed(`${method}: ${error.message}${place === null ? '' : `, ${place}`}`, remedy);
};

/** One GiB more than the pools could ever hold; no volume may be larger than 8 PiB. */
const tooLargeOn = async (driver: Driver): Promise<number | null> => {
  const largest = largestVolumeGiB({ stats: await driver.stats() } as Backend);
  return largest === null || largest >= LARGEST_GIB ? null : largest + 1;
};
