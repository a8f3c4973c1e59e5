import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { attribute, entries } from '../sysfs.ts';
import type { NamespaceKey, NvmeRoute, Portal } from './route.ts';

const CLASS = '/sys/class/nvme';

/** A connection of this host with a subsystem, through one portal. */
export interface Controller extends Portal {
  /** `nvme0`. */
  readonly name: string;
  readonly isLive: boolean;
  /** Its directory among the devices. */
  readonly path: string;
}

/** Those of the route, as far as they are there. */
export const controllersOf = async (route: NvmeRoute): Promise<readonly Controller[]> => {
  const controllers = await Promise.all((await entries(CLASS)).map((name) => read(name, route)));
  return controllers.filter((controller) => controller !== null).filter((controller) => isOf(controller, route));
};

const isOf = (controller: Controller, { portals }: NvmeRoute): boolean =>
  portals.some(({ address, port }) => address === controller.address && port === controller.port);

const read = async (name: string, { nqn, hostNqn }: NvmeRoute): Promise<Controller | null> => {
  const its = (what: string) => attribute(join(CLASS, name, what));
  const [subsystem, host, transport, place, state, path] = await Promise.all([
    its('subsysnqn'),
    its('hostnqn'),
    its('transport'),
    its('address'),
    its('state'),
    realpath(join(CLASS, name)).catch(() => null),
  ]);
  if (subsystem !== nqn || transport !== 'tcp' || place === null || path === null) return null;
  if (hostNqn !== null && host !== null && host !== hostNqn) return null;
  const { traddr = '', trsvcid } = Object.fromEntries(place.split(',').map((pair) => pair.split('=')));
  return { name, address: traddr, port: Number(trsvcid), isLive: state === 'live', path };
};

/** The disk of the namespace behind any of the controllers: `nvme0n1`. */
export const namespaceOf = async (controllers: readonly Controller[], key: NamespaceKey): Promise<string | null> => {
  for (const { path } of controllers) {
    for (const name of await namespacesIn(path)) {
      if ((await attribute(join(path, name, key.attribute))) === key.value) return diskOf(name);
    }
  }
  return null;
};

/** The disks of all namespaces that the controllers show. */
export const disksOf = async (controllers: readonly Controller[]): Promise<ReadonlySet<string>> =>
  new Set((await Promise.all(controllers.map(({ path }) => namespacesIn(path)))).flat().map(diskOf));

const namespacesIn = async (path: string): Promise<readonly string[]> =>
  (await entries(path)).filter((name) => /^nvme\d+(?:c\d+)?n\d+$/.test(name));

/** With native multipath a path is named `nvme0c1n1`, and the disk over all of them `nvme0n1`. */
const diskOf = (name: string): string => name.replace(/c\d+n/, 'n');
