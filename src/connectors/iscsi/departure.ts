import type { RootFiles } from '../../drivers/root-files.ts';
import { ConnectorFailure } from '../contract.ts';
import { type Disks, MEND_OR_FORCE } from '../disks.ts';
import { type Multipath, mapOver } from '../multipath.ts';
import { Removal } from '../removal.ts';
import { entries } from '../sysfs.ts';
import { until } from '../until.ts';
import { comesUp, type Path, pathsTo, unitsOf } from './paths.ts';
import { type IscsiRoute, type Leg, portalOf } from './route.ts';
import { type Sessions, sessionOf } from './sessions.ts';

const GONE_WITHIN_MS = 30_000;

export interface DepartureTools {
  readonly files: RootFiles;
  readonly disks: Disks;
  readonly multipath: Multipath;
  readonly sessions: Sessions;
}

export interface DepartureOptions {
  readonly force: boolean;
  /** Whether somebody may have written to it. */
  readonly used: boolean;
  readonly targetsInUse: ReadonlySet<string>;
}

/** Takes the volume's disks off this host, and the sessions that nobody else needs. */
export const depart = async (
  { legs }: Pick<IscsiRoute, 'legs'>,
  { files, disks, multipath, sessions }: DepartureTools,
  { force, used, targetsInUse }: DepartureOptions,
): Promise<void> => {
  const removal = new Removal(force);
  const paths = await pathsTo(legs);
  const map = await mapOver(paths.map(({ name }) => name));
  const top = map?.name ?? paths[0]?.name;
  if (top !== undefined && used) {
    await removal.check(() => disks.assertUnused(top));
    await removal.check(async () => {
      if (!force) await comesUp(legs);
      assertReachable(top, await pathsTo(legs));
      await disks.flush(top);
      // The kernel says once what it could not write, perhaps to somebody else.
      assertReachable(top, await pathsTo(legs));
    });
  }
  const live = (await pathsTo(legs)).filter(({ session }) => session.isUp);
  if (map !== null) await removal.remove(() => multipath.remove(map, live.length > 0));
  // Without its target a disk answers nobody, until its session ends.
  for (const path of live) await removal.remove(() => deleteDisk(path, files));
  for (const leg of legs) {
    if (!targetsInUse.has(leg.iqn)) await removal.remove(() => leave(leg, sessions));
  }
  for (const path of paths) {
    if (await isThere(path)) await removal.remove(() => deleteDisk(path, files));
  }
  await removal.remove(() => assertGone(paths));
  removal.end();
};

/** Ends the session unless this host has taken other LUNs through it. */
const leave = async (leg: Leg, sessions: Sessions): Promise<void> => {
  const session = await sessionOf(leg);
  const units = session === null ? [] : await unitsOf(session);
  if (units.every((unit) => unit.endsWith(`:${leg.lun}`))) await sessions.logout(leg);
};

const assertReachable = (name: string, paths: readonly Path[]): void => {
  if (paths.some(({ session }) => session.isUp)) return;
  throw new ConnectorFailure(`/dev/${name} cannot be written out: no session with its target is up`, MEND_OR_FORCE);
};

const deleteDisk = async ({ unit }: Path, files: RootFiles): Promise<void> => {
  await files([{ do: 'write', path: `${unit}/delete`, text: '1' }]);
};

const isThere = async ({ unit }: Path): Promise<boolean> => (await entries(unit)).length > 0;

const assertGone = async (paths: readonly Path[]): Promise<void> => {
  const left = async () => {
    const there = await Promise.all(paths.map(isThere));
    return paths.filter((_, index) => there[index]);
  };
  if ((await until(GONE_WITHIN_MS, async () => ((await left()).length === 0 ? true : null))) !== null) return;
  const told = (await left()).map(({ name, leg }) => `/dev/${name} of ${leg.iqn} at ${portalOf(leg)}`).join(', ');
  throw new Error(`still on this host: ${told}`);
};
