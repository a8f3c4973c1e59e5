import type { RootFiles } from '../../drivers/root-files.ts';
import { ConnectorFailure } from '../contract.ts';
import { usableSize } from '../sysfs.ts';
import { until } from '../until.ts';
import { type Path, pathIn, wwnOf } from './paths.ts';
import { type Leg, portalOf } from './route.ts';
import { type Session, scanFileOf } from './sessions.ts';

/** An array may map the LUN a moment after it said so: how long is waited after each scan. */
const LOOKS_MS = [1_000, 2_000, 4_000];

/** Takes the one LUN through the session, and no other. Returns when its disk can be opened and has a size. */
export const arrive = async (session: Session, leg: Leg, files: RootFiles): Promise<Path> => {
  for (const withinMs of LOOKS_MS) {
    await files([{ do: 'write', path: scanFileOf(session), text: `- - ${leg.lun}` }]);
    const path = await until(withinMs, async () => {
      const found = await pathIn(session, leg);
      return found !== null && (await usableSize(found.name)) !== null ? found : null;
    });
    if (path !== null) return path;
    const unready = await pathIn(session, leg);
    if (unready !== null) await rescan([unready], files);
  }
  const message = `${leg.iqn} at ${portalOf(leg)} shows no LUN ${leg.lun} to this host`;
  throw new ConnectorFailure(message, 'check that the volume is exported to this host, and connect it again');
};

/** Asks the target anew for size and identity. */
export const rescan = async (paths: readonly Path[], files: RootFiles): Promise<void> => {
  await files(paths.map(({ unit }) => ({ do: 'write', path: `${unit}/rescan`, text: '1' }) as const));
};

/** Another connection uses the disk: what the target has behind the LUN must still be the same. */
export const assertNotReplaced = async (path: Path, files: RootFiles): Promise<void> => {
  const before = await wwnOf(path);
  await rescan([path], files);
  if ((await wwnOf(path)) === before && (await usableSize(path.name)) !== null) return;
  throw new ConnectorFailure(
    `/dev/${path.name} was another volume: the target has something else behind LUN ${path.leg.lun} now`,
    `detach what uses /dev/${path.name} first`,
  );
};

/** All legs must end at the same unit, by the identity that the array gives it and by size. Returns the identity. */
export const assertSameUnit = async (paths: readonly Path[]): Promise<string> => {
  const wwns = await Promise.all(paths.map(wwnOf));
  await commonSize(paths);
  const [wwn = ''] = wwns;
  if (wwns.every((other) => other === wwn) && (paths.length === 1 || wwn !== '')) return wwn;
  const told = paths.map(({ name }, index) => `/dev/${name} is ${wwns[index] || 'without identity'}`).join(', ');
  throw new ConnectorFailure(`the portals do not lead to one volume: ${told}`, 'check what the array exports');
};

/** The size in bytes that all paths have. */
export const commonSize = async (paths: readonly Path[]): Promise<bigint> => {
  const sizes = await Promise.all(paths.map(({ name }) => usableSize(name)));
  const [size] = sizes;
  if (size !== undefined && size !== null && sizes.every((other) => other === size)) return size;
  const told = paths.map(({ name }, index) => `/dev/${name} has ${sizes[index] ?? 'no'} bytes`).join(', ');
  throw new ConnectorFailure(`the paths are not of one size: ${told}`, 'check what the array exports');
};
