import { join } from 'node:path';
import { attribute, entries } from '../sysfs.ts';
import { until } from '../until.ts';
import type { Leg } from './route.ts';
import { type Session, sessionOf } from './sessions.ts';

const BACK_WITHIN_MS = 8_000;

/** A disk of the kernel's: one leg's end on this host. */
export interface Path {
  /** `sda`. */
  readonly name: string;
  /** The directory of the logical unit among the devices. */
  readonly unit: string;
  readonly leg: Leg;
  readonly session: Session;
}

export const pathOf = async (leg: Leg): Promise<Path | null> => {
  const session = await sessionOf(leg);
  return session === null ? null : pathIn(session, leg);
};

export const pathsTo = async (legs: readonly Leg[]): Promise<readonly Path[]> =>
  (await Promise.all(legs.map(pathOf))).filter((path) => path !== null);

/** Whether one of them bears, if not now then soon: a target that makes a LUN anew ends its sessions for a moment. */
export const comesUp = async (legs: readonly Leg[]): Promise<boolean> => {
  const isUp = async () => ((await pathsTo(legs)).some(({ session }) => session.isUp) ? true : null);
  return (await until(BACK_WITHIN_MS, isUp)) !== null;
};

export const pathIn = async (session: Session, leg: Leg): Promise<Path | null> => {
  const unit = (await unitsOf(session)).find((directory) => directory.endsWith(`:${leg.lun}`));
  const [name] = unit === undefined ? [] : await entries(join(unit, 'block'));
  return unit === undefined || name === undefined ? null : { name, unit, leg, session };
};

/** The directories of all logical units that this host has taken through the session. */
export const unitsOf = async ({ path }: Session): Promise<readonly string[]> => {
  const targets = (await entries(path)).filter((name) => /^target\d+:/.test(name));
  const units = await Promise.all(
    targets.map(async (target) =>
      (await entries(join(path, target)))
        .filter((name) => /^\d+:\d+:\d+:\d+$/.test(name))
        .map((name) => join(path, target, name)),
    ),
  );
  return units.flat();
};

/** What udev writes for the kind of identity that the kernel found best. */
const KINDS: Readonly<Record<string, string>> = { 't10.': '1', 'eui.': '2', 'naa.': '3' };

/** The unit's identity as udev and multipath write it; empty where the array gives it none. */
export const wwnOf = async ({ unit }: Pick<Path, 'unit'>): Promise<string> => {
  const wwid = (await attribute(join(unit, 'wwid'))) ?? '';
  return wwid === '' ? '' : `${KINDS[wwid.slice(0, 4)] ?? '8'}${wwid.slice(4)}`;
};
