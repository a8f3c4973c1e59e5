import { isReadOnly } from '../../drivers/file/loop-devices.ts';
import type { RootFiles } from '../../drivers/root-files.ts';
import type { Logger } from '../../logging.ts';
import { ConnectorFailure, type Device, type HostConnector } from '../contract.ts';
import { Disks } from '../disks.ts';
import type { HostEnvironment } from '../environment.ts';
import { Multipath, type MultipathMap, mapOver, multipathRuns } from '../multipath.ts';
import { kernelFiles, type Network, type RouteOptions, remoteConnector } from '../remote-connector.ts';
import { undone } from '../removal.ts';
import { together } from '../together.ts';
import { arrive, assertNotReplaced, assertSameUnit, commonSize, rescan } from './arrival.ts';
import { type DepartureTools, depart } from './departure.ts';
import { comesUp, type Path, pathIn, pathsTo, wwnOf } from './paths.ts';
import { type IscsiRoute, iscsiRouteOf, type Leg } from './route.ts';
import { Sessions } from './sessions.ts';

/**
 * Volumes over iSCSI by the kernel's initiator and open-iscsi: `{ driver_volume_type: 'iscsi', data: { target_portal,
 * target_iqn, target_lun, target_portals, target_iqns, target_luns, auth_method, auth_username, auth_password } }`.
 */
export const iscsiConnector = (environment: HostEnvironment): HostConnector => {
  const files = kernelFiles(environment);
  return remoteConnector(new Iscsi(environment, files), environment, files);
};

class Iscsi implements Network<IscsiRoute> {
  readonly protocol = 'iscsi';
  readonly routeOf = iscsiRouteOf;
  readonly #log: Logger;
  readonly #tools: DepartureTools;

  constructor({ run, log }: HostEnvironment, files: RootFiles) {
    this.#log = log;
    const [disks, multipath, sessions] = [new Disks(run, files), new Multipath(run), new Sessions(run, files)];
    this.#tools = { files, disks, multipath, sessions };
  }

  async find(route: IscsiRoute): Promise<Device | null> {
    const paths = await pathsOf(route);
    return paths[0] === undefined ? null : deviceOf(await wwnOf(paths[0]), paths, await mapOver(namesOf(paths)));
  }

  async attach(route: IscsiRoute, options: RouteOptions): Promise<Device> {
    const isMultipath = await this.#isMultipath(options);
    const { shared, targetsInUse } = options;
    // What nobody claims at the LUN may be of a volume that was there before.
    const isLeftBehind = !shared && (await pathsOf(route)).length > 0;
    if (isLeftBehind) await depart(route, this.#tools, { force: false, used: true, targetsInUse });
    try {
      const paths = await (isMultipath ? this.#reachAll(route, shared) : this.#reachOne(route, options));
      return await this.#assemble(paths, options, isMultipath);
    } catch (error) {
      const undo = () => depart(route, this.#tools, { force: true, used: false, targetsInUse });
      if (!shared) await undone(error as Error, undo);
      throw error;
    }
  }

  async detach(
    route: IscsiRoute,
    options: { readonly force: boolean; readonly targetsInUse: ReadonlySet<string> },
  ): Promise<void> {
    await depart(route, this.#tools, { ...options, used: true });
  }

  async grow(route: IscsiRoute): Promise<bigint> {
    const isUp = await comesUp(route.legs);
    const paths = await pathsOf(route);
    const live = paths.filter(({ session }) => session.isUp);
    if (!isUp || live.length === 0) {
      throw new ConnectorFailure('no path to the volume is up on this host', 'mend the way to it, or attach it again');
    }
    await rescan(live, this.#tools.files);
    const sizeBytes = await commonSize(live);
    const map = await mapOver(namesOf(paths));
    const dead = paths.filter((path) => !live.includes(path));
    if (map !== null) {
      await this.#tools.multipath.grow(map, sizeBytes, { live: namesOf(live), dead: namesOf(dead) });
    }
    return sizeBytes;
  }

  async #isMultipath({ multipath }: RouteOptions): Promise<boolean> {
    if (multipath === 'no') return false;
    if (await multipathRuns()) return true;
    if (multipath === 'enforced') {
      throw new ConnectorFailure('multipath is enforced, and multipathd does not run on this host', 'start multipathd');
    }
    this.#log.warn({}, 'Multipath was asked for, and multipathd does not run: the volume gets one path');
    return false;
  }

  /** The first leg that bears, in their order. */
  async #reachOne(route: IscsiRoute, { shared, targetsInUse }: RouteOptions): Promise<readonly Path[]> {
    const failures: ConnectorFailure[] = [];
    for (const leg of route.legs) {
      try {
        return [await this.#reach(leg, route, shared)];
      } catch (error) {
        if (!(error instanceof ConnectorFailure)) throw error;
        failures.push(error);
        // What another connection uses stays.
        if (!shared) await depart({ legs: [leg] }, this.#tools, { force: false, used: false, targetsInUse });
      }
    }
    throw together(failures);
  }

  async #reachAll(route: IscsiRoute, shared: boolean): Promise<readonly Path[]> {
    const legs = await Promise.allSettled(route.legs.map((leg) => this.#reach(leg, route, shared)));
    const paths = legs.flatMap((leg) => (leg.status === 'fulfilled' ? [leg.value] : []));
    const errors = legs.flatMap((leg) => (leg.status === 'rejected' ? [leg.reason as Error] : []));
    const unknown = errors.find((error) => !(error instanceof ConnectorFailure));
    if (unknown !== undefined) throw unknown;
    if (paths.length === 0) throw together(errors as ConnectorFailure[]);
    for (const { message } of errors) this.#log.warn({}, `A path to the volume is missing: ${message}`);
    return paths;
  }

  async #reach(leg: Leg, { chap }: IscsiRoute, shared: boolean): Promise<Path> {
    const session = await this.#tools.sessions.login(leg, chap);
    const standing = shared ? await pathIn(session, leg) : null;
    if (standing === null) return arrive(session, leg, this.#tools.files);
    await assertNotReplaced(standing, this.#tools.files);
    return standing;
  }

  async #assemble(paths: readonly Path[], options: RouteOptions, isMultipath: boolean): Promise<Device> {
    const wwn = await assertSameUnit(paths);
    const { disks, multipath } = this.#tools;
    if (options.readOnly) await Promise.all(namesOf(paths).map((name) => disks.makeReadOnly(name)));
    const map = isMultipath ? await multipath.assemble(wwn, namesOf(paths)) : null;
    if (isMultipath && map === null) {
      const message = `multipathd makes no map of ${wwn}`;
      if (options.multipath === 'enforced') throw new ConnectorFailure(message, 'check /etc/multipath.conf');
      this.#log.warn({ path: `/dev/${paths[0]?.name}` }, 'multipathd makes no map: the volume gets one path');
    }
    const device = deviceOf(wwn, paths, map);
    if (options.readOnly && map !== null && !(await isReadOnly(device.path))) await disks.makeReadOnly(map.name);
    return device;
  }
}

/** The disks of the route on this host, those that answer first. */
const pathsOf = async ({ legs }: IscsiRoute): Promise<readonly Path[]> =>
  (await pathsTo(legs)).toSorted((a, b) => Number(b.session.isUp) - Number(a.session.isUp));

const namesOf = (paths: readonly Path[]): readonly string[] => paths.map(({ name }) => name);

const deviceOf = (wwn: string, paths: readonly Path[], map: MultipathMap | null): Device => ({
  type: 'block',
  scsi_wwn: wwn,
  path: `/dev/${map?.name ?? paths[0]?.name}`,
  ...(map === null ? {} : { multipath_id: map.wwn }),
});
