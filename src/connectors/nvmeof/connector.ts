import { z } from 'zod';
import type { RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import type { Logger } from '../../logging.ts';
import { ConnectorFailure, type Device, type HostConnector } from '../contract.ts';
import { Disks, MEND_OR_FORCE } from '../disks.ts';
import type { HostEnvironment } from '../environment.ts';
import { nativeMultipath } from '../properties.ts';
import { kernelFiles, type Network, type RouteOptions, remoteConnector } from '../remote-connector.ts';
import { Removal, undone } from '../removal.ts';
import { usableSize } from '../sysfs.ts';
import { together } from '../together.ts';
import { until } from '../until.ts';
import { type Controller, controllersOf, disksOf, namespaceOf } from './controllers.ts';
import { isConnectedAlready, nvmeFailure } from './failures.ts';
import { type NvmeRoute, nvmeRouteOf, type Portal } from './route.ts';

const CONNECTED_WITHIN_MS = 30_000;
const DISCONNECTED_WITHIN_MS = 45_000;
const SHOWN_WITHIN_MS = 7_000;
const GROWN_WITHIN_MS = 10_000;

/**
 * Volumes over NVMe-oF with TCP by the kernel's initiator and nvme-cli: `{ driver_volume_type: 'nvmeof', data: {
 * target_nqn, portals: [[address, port, 'tcp']], vol_uuid, ns_id } }`, or `{ nqn, target_portal, target_port,
 * transport_type, ns_id }`.
 */
export const nvmeofConnector = (environment: HostEnvironment): HostConnector => {
  const files = kernelFiles(environment);
  return remoteConnector(new Nvmeof(environment, files), environment, files);
};

class Nvmeof implements Network<NvmeRoute> {
  readonly protocol = 'nvmeof';
  readonly routeOf = nvmeRouteOf;
  readonly #run: RunCommand;
  readonly #log: Logger;
  readonly #files: RootFiles;
  readonly #disks: Disks;

  constructor({ run, log }: HostEnvironment, files: RootFiles) {
    this.#run = run;
    this.#log = log;
    this.#files = files;
    this.#disks = new Disks(run, files);
  }

  async find(route: NvmeRoute): Promise<Device | null> {
    const name = await namespaceOf(await controllersOf(route), route.namespace);
    return name === null ? null : { type: 'block', path: `/dev/${name}` };
  }

  async attach(route: NvmeRoute, options: RouteOptions): Promise<Device> {
    const isMultipath = await this.#isMultipath(options);
    try {
      await this.#reach(route, isMultipath);
      const name = await this.#arrived(route);
      if (options.readOnly) await this.#disks.makeReadOnly(name);
      return { type: 'block', path: `/dev/${name}` };
    } catch (error) {
      if (!options.shared) await undone(error as Error, () => this.#undo(route, options.targetsInUse));
      throw error;
    }
  }

  async detach(
    route: NvmeRoute,
    { force, targetsInUse }: { readonly force: boolean; readonly targetsInUse: ReadonlySet<string> },
  ): Promise<void> {
    const removal = new Removal(force);
    const controllers = await controllersOf(route);
    const name = await namespaceOf(controllers, route.namespace);
    if (name !== null) {
      await removal.check(() => this.#disks.assertUnused(name));
      await removal.check(async () => {
        assertReachable(name, controllers);
        await this.#disks.flush(name);
        // The kernel says once what it could not write, perhaps to somebody else.
        assertReachable(name, await controllersOf(route));
      });
    }
    await this.#disconnect(route, controllers, targetsInUse, removal);
    removal.end();
  }

  async grow(route: NvmeRoute): Promise<bigint> {
    const controllers = (await controllersOf(route)).filter(({ isLive }) => isLive);
    const name = await namespaceOf(controllers, route.namespace);
    if (name === null) {
      throw new ConnectorFailure(
        'no path to the volume is live on this host',
        'mend the way to it, or attach it again',
      );
    }
    const { stdout } = await this.#run('nvme', ['id-ns', `/dev/${name}`, '-o', 'json'], { root: true });
    const sizeBytes = sizeIn(stdout);
    await this.#rescan(controllers);
    const grown = await until(GROWN_WITHIN_MS, async () => ((await usableSize(name)) === sizeBytes ? true : null));
    if (grown === null) throw new Error(`the kernel does not see that /dev/${name} has ${sizeBytes} bytes now`);
    return sizeBytes;
  }

  async #isMultipath({ multipath }: RouteOptions): Promise<boolean> {
    if (multipath === 'no') return false;
    if (await nativeMultipath()) return true;
    if (multipath === 'enforced') {
      const message = "multipath is enforced, and this host's kernel has no native NVMe multipath";
      throw new ConnectorFailure(message, 'start the kernel with nvme_core.multipath=Y');
    }
    this.#log.warn({}, 'Multipath was asked for, and the kernel has none for NVMe: the volume gets one path');
    return false;
  }

  async #reach(route: NvmeRoute, isMultipath: boolean): Promise<void> {
    const standing = await controllersOf(route);
    const live = standing.filter(({ isLive }) => isLive);
    // A target need not announce the namespaces that it gets.
    if (live.length > 0) await this.#rescan(live);
    if (live.length > 0 && !isMultipath) return;
    const missing = route.portals.filter((portal) => !standing.some((controller) => isAt(controller, portal)));
    const failures: ConnectorFailure[] = [];
    let connected = live.length;
    for (const portal of missing) {
      if (connected > 0 && !isMultipath) break;
      try {
        await this.#connect(route, portal);
        connected += 1;
      } catch (error) {
        if (!(error instanceof ConnectorFailure)) throw error;
        failures.push(error);
      }
    }
    if (connected === 0) throw failures.length > 0 ? together(failures) : isDown(route);
    for (const { message } of failures) this.#log.warn({}, `A path to the volume is missing: ${message}`);
  }

  async #connect({ nqn, hostNqn }: NvmeRoute, { address, port }: Portal): Promise<void> {
    const place = ['-t', 'tcp', '-a', address, '-s', String(port), '-n', nqn];
    // As iscsid does: a target that is away for long is still looked for.
    const args = ['connect', ...place, '--ctrl-loss-tmo=-1', ...(hostNqn === null ? [] : ['-q', hostNqn])];
    await this.#run('nvme', args, { root: true, timeoutMs: CONNECTED_WITHIN_MS }).catch((error: unknown) => {
      if (!isConnectedAlready(error)) throw nvmeFailure(`connect to ${nqn} at ${address}:${port}`, error);
    });
  }

  async #rescan(controllers: readonly Controller[]): Promise<void> {
    await this.#files(
      controllers.map(({ path }) => ({ do: 'write', path: `${path}/rescan_controller`, text: '1' }) as const),
    );
  }

  async #arrived(route: NvmeRoute): Promise<string> {
    const name = await until(SHOWN_WITHIN_MS, async () => {
      const found = await namespaceOf(await controllersOf(route), route.namespace);
      return found !== null && (await usableSize(found)) !== null ? found : null;
    });
    if (name !== null) return name;
    const { attribute, value } = route.namespace;
    const message = `${route.nqn} shows no namespace of ${attribute} ${value} to this host`;
    throw new ConnectorFailure(message, 'check that the volume is exported to this host, and connect it again');
  }

  /** Ends what shows nothing else that is in use: one namespace alone cannot be taken off a host. */
  async #disconnect(
    route: NvmeRoute,
    controllers: readonly Controller[],
    targetsInUse: ReadonlySet<string>,
    removal: Removal,
  ): Promise<void> {
    const name = await namespaceOf(controllers, route.namespace);
    const others = [...(await disksOf(controllers))].filter((disk) => disk !== name);
    if (targetsInUse.has(route.nqn) || !(await this.#areUnused(others))) return;
    for (const controller of controllers) {
      const options = { root: true, timeoutMs: DISCONNECTED_WITHIN_MS } as const;
      await removal.remove(async () => {
        await this.#run('nvme', ['disconnect', '-d', controller.name], options);
      });
    }
  }

  async #areUnused(disks: readonly string[]): Promise<boolean> {
    try {
      for (const disk of disks) await this.#disks.assertUnused(disk);
      return true;
    } catch (error) {
      if (error instanceof ConnectorFailure) return false;
      throw error;
    }
  }

  async #undo(route: NvmeRoute, targetsInUse: ReadonlySet<string>): Promise<void> {
    const removal = new Removal(true);
    await this.#disconnect(route, await controllersOf(route), targetsInUse, removal);
    removal.end();
  }
}

const assertReachable = (name: string, controllers: readonly Controller[]): void => {
  if (controllers.some(({ isLive }) => isLive)) return;
  const message = `/dev/${name} cannot be written out: no controller of its subsystem is live`;
  throw new ConnectorFailure(message, MEND_OR_FORCE);
};

const isAt = (controller: Controller, { address, port }: Portal): boolean =>
  controller.address === address && controller.port === port;

const isDown = ({ nqn }: NvmeRoute): ConnectorFailure =>
  new ConnectorFailure(`the connection with ${nqn} is down`, 'mend the way to the portal; the kernel goes on trying');

const IdNamespace = z.object({
  nsze: z.coerce.bigint(),
  flbas: z.number().int(),
  lbafs: z.array(z.object({ ds: z.number().int() })),
});

/** The namespace's size as its target says: blocks of the format that is in use. */
export const sizeIn = (json: string): bigint => {
  const { nsze, flbas, lbafs } = IdNamespace.parse(JSON.parse(json));
  return nsze << BigInt(lbafs[flbas & 0xf]?.ds ?? 9);
};
