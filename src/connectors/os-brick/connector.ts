import { open, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PythonError } from '../../drivers/cinder/python.ts';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import type { RootFiles } from '../../drivers/root-files.ts';
import { inTime } from '../../in-time.ts';
import { ConnectorFailure, type Device, type HostConnector } from '../contract.ts';
import { Disks } from '../disks.ts';
import type { HostEnvironment } from '../environment.ts';
import {
  type DetachOptions,
  kernelFiles,
  type Network,
  type RouteOptions,
  remoteConnector,
} from '../remote-connector.ts';
import { Removal, undone } from '../removal.ts';
import { usableSize } from '../sysfs.ts';
import { type OsBrick, osBrickOf } from './os-brick.ts';
import { type OsBrickRoute, osBrickRouteOf } from './route.ts';

const MOUNTS = '/var/lib/scoria/mnt';
/** A server of files that is away keeps whoever looks waiting. */
const SEEN_WITHIN_MS = 30_000;
const REMEDY = 'see what os-brick says; its traceback is in the log at level debug';

/** Any protocol that os-brick has a connector for, in the shape of Cinder's connection info; else a `ConnectorFailure`. */
export const osBrickConnector = async (protocol: string, environment: HostEnvironment): Promise<HostConnector> => {
  const brick = osBrickOf(environment);
  await assertKnown(protocol, brick, environment);
  const files = kernelFiles(environment);
  return remoteConnector(new OsBrickNetwork(protocol, brick, environment, files), environment, files);
};

const assertKnown = async (protocol: string, brick: OsBrick, environment: HostEnvironment): Promise<void> => {
  let known: unknown;
  try {
    known = await brick.call('protocols', {}, environment);
  } catch (error) {
    if (error instanceof ConnectorFailure) throw error;
    const isMissing = error instanceof PythonError && error.isA('ImportError');
    const problem = isMissing ? `${brick.path} has no os-brick (${error.message})` : (error as Error).message;
    const remedy = 'for those of os-brick install python3-os-brick, or name a Python that has it by os_brick_python';
    throw new ConnectorFailure(problem, remedy, { cause: error });
  }
  if ((known as readonly string[]).includes(protocol.toLowerCase())) return;
  throw new ConnectorFailure(
    'os-brick has no such connector either',
    `os-brick has ${(known as readonly string[]).join(', ')}; attach on another host or with another tool`,
  );
};

class OsBrickNetwork implements Network<OsBrickRoute> {
  readonly protocol: string;
  readonly routeOf = osBrickRouteOf;
  readonly #brick: OsBrick;
  readonly #environment: HostEnvironment;
  readonly #disks: Disks;

  constructor(protocol: string, brick: OsBrick, environment: HostEnvironment, files: RootFiles) {
    this.protocol = protocol;
    this.#brick = brick;
    this.#environment = environment;
    this.#disks = new Disks(environment.run, files);
  }

  /** What was noted: os-brick's `get_volume_paths` mounts, raises exceptions, or answers whether it is there or not. */
  async find(_route: OsBrickRoute, noted: Device | null): Promise<Device | null> {
    return noted !== null && (await seen(noted.path, isThere(noted.path))) ? noted : null;
  }

  async attach(route: OsBrickRoute, { readOnly, shared, multipath, targetsInUse }: RouteOptions): Promise<Device> {
    assertPlain(route.info);
    const isMultipath = multipath !== 'no';
    let device: Device | null = null;
    try {
      device = (await this.#call('connect', forUse(route.info, readOnly, multipath), isMultipath)) as Device;
      if (readOnly) await this.#makeReadOnly(device);
      return device;
    } catch (error) {
      const isRaised = error instanceof PythonError;
      if (!isRaised && !(error instanceof ConnectorFailure)) throw error;
      const isBegun = isRaised ? !isRefusal(error) : device !== null;
      const leaving = { force: true, device, shared: isInUse(route, targetsInUse) };
      const undo = async () => void (await this.#call('disconnect', route.info, isMultipath, leaving));
      if (isBegun && !shared) await undone(error, undo);
      throw isRaised ? failureOf(error) : error;
    }
  }

  async detach(route: OsBrickRoute, { force, device, targetsInUse }: DetachOptions): Promise<void> {
    const removal = new Removal(force);
    const disk = device?.type === 'block' ? await diskOf(device.path) : null;
    if (disk !== null) {
      await removal.check(() => this.#disks.assertUnused(disk));
      await removal.check(() => this.#disks.flush(disk));
    }
    const leaving = { force, device, shared: isInUse(route, targetsInUse) };
    // Where it is not known what was attached, several paths may lead to it.
    const isMultipath = device === null || device.multipath_id !== undefined;
    await removal.remove(async () => {
      await this.#call('disconnect', route.info, isMultipath, leaving).catch((error: unknown) => {
        throw isRefusal(error) ? failureOf(error) : error;
      });
    });
    removal.end();
  }

  async grow(route: OsBrickRoute, device: Device): Promise<bigint> {
    const sizeBytes = await this.#call('extend', route.info, device.multipath_id !== undefined);
    if (typeof sizeBytes === 'number' && sizeBytes > 0) return BigInt(sizeBytes);
    const disk = device.type === 'block' ? await diskOf(device.path) : null;
    const seenBytes = await seen(device.path, disk === null ? fileSize(device.path) : usableSize(disk));
    if (seenBytes !== null) return seenBytes;
    throw new ConnectorFailure(`${device.path} is not on this host`, 'attach the volume again');
  }

  async #makeReadOnly({ type, path }: Device): Promise<void> {
    const disk = type === 'block' ? await diskOf(path) : null;
    if (disk !== null) return this.#disks.makeReadOnly(disk);
    const message = `os-brick attaches volumes of protocol ${this.protocol} as files, which can be written`;
    throw new ConnectorFailure(message, 'attach it read-write');
  }

  #call(call: string, info: ConnectionInfo, multipath: boolean, given: object = {}): Promise<unknown> {
    return this.#brick.call(call, { info: { ...info }, mounts: MOUNTS, multipath, ...given }, this.#environment);
  }
}

const forUse = (info: ConnectionInfo, readOnly: boolean, multipath: RouteOptions['multipath']): ConnectionInfo => ({
  ...info,
  data: {
    ...info.data,
    access_mode: readOnly ? 'ro' : 'rw',
    ...(multipath === 'enforced' && { enforce_multipath: true }),
  },
});

/** Cinder's drivers of files make such of a volume that has snapshots; whoever wrote to it as to a disk would destroy it. */
const assertPlain = ({ data: { format } }: ConnectionInfo): void => {
  if (format === undefined || format === null || format === 'raw') return;
  const message = `the volume is a file of format ${String(format)}, whose bytes are not those of the volume`;
  throw new ConnectorFailure(message, 'give the connection info to what reads that format, as QEMU does');
};

const isInUse = ({ targets }: OsBrickRoute, targetsInUse: ReadonlySet<string>): boolean =>
  targets.some((target) => targetsInUse.has(target));

const isRefusal = (error: unknown): error is PythonError => error instanceof PythonError && error.isA('Refused');

const failureOf = (error: PythonError): ConnectorFailure =>
  new ConnectorFailure(error.message.replace(/^Refused: /, ''), REMEDY, { cause: error });

const seen = <Answer>(path: string, look: Promise<Answer>): Promise<Answer> =>
  inTime(look, SEEN_WITHIN_MS, () => new Error(`${path} could not be looked at within ${SEEN_WITHIN_MS} ms`));

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The kernel's name of the block device; `null` where it is gone. */
const diskOf = (path: string): Promise<string | null> => realpath(path).then(basename, () => null);

/** Opened, because only then a server is asked for what it has by now. */
const fileSize = async (path: string): Promise<bigint | null> => {
  const file = await open(path).catch(() => null);
  try {
    return file && (await file.stat({ bigint: true })).size;
  } finally {
    await file?.close();
  }
};
