import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isReadOnly, loopDevices } from '../../drivers/file/loop-devices.ts';
import type { RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import { ConnectorFailure, type Device } from '../contract.ts';
import { Disks, MEND_OR_FORCE } from '../disks.ts';
import type { HostEnvironment } from '../environment.ts';
import { Loops } from '../loops.ts';
import type { RouteOptions } from '../remote-connector.ts';
import { Removal } from '../removal.ts';
import { until } from '../until.ts';
import { lookAtImage, nameOf } from './image.ts';
import type { DetachOptions, Mapper } from './images.ts';
import { Place } from './place.ts';
import type { RbdRoute } from './route.ts';
import { StorageDaemon } from './storage-daemon.ts';

const GONE_WITHIN_MS = 10_000;

/** Needs nothing of the kernel's but FUSE and loop: the image is a file of QEMU's storage daemon, under a loop device. */
export class UserSpace implements Mapper {
  readonly #run: RunCommand;
  readonly #files: RootFiles;
  readonly #stateDirectory: string;
  readonly #disks: Disks;
  readonly #loops: Loops;

  constructor({ run, stateDirectory = '/run/scoria' }: HostEnvironment, files: RootFiles) {
    this.#run = run;
    this.#files = files;
    this.#stateDirectory = stateDirectory;
    this.#disks = new Disks(run, files);
    this.#loops = new Loops(run);
  }

  async has(route: RbdRoute): Promise<boolean> {
    return this.#partsOf(route).place.exists();
  }

  /** Without its daemon a device answers nobody. */
  async find(route: RbdRoute): Promise<Device | null> {
    const { place, daemon } = this.#partsOf(route);
    const [path] = await devicesOver(place);
    return path !== undefined && (await daemon.runs()) ? { type: 'block', path } : null;
  }

  async attach(route: RbdRoute, { readOnly }: RouteOptions): Promise<Device> {
    const { place, daemon } = this.#partsOf(route);
    await place.make(route, [{ do: 'replace', path: place.image, text: '' }]);
    const { isExclusive } = await lookAtImage(route, place, this.#run);
    if (!isExclusive) throw refusedToShare(route);
    await daemon.start(readOnly);
    // Not with direct I/O, whose writes come to the daemon several at a time: docs/adr/0020.
    return { type: 'block', path: await this.#loops.make(place.image, readOnly) };
  }

  async detach(route: RbdRoute, { force, used }: DetachOptions): Promise<void> {
    const { place, daemon } = this.#partsOf(route);
    const removal = new Removal(force);
    const devices = await devicesOver(place);
    for (const path of used ? devices : []) {
      const name = basename(path);
      await removal.check(() => this.#disks.assertUnused(name));
      await removal.check(async () => {
        await assertServed(path, daemon);
        await this.#disks.sync(name);
      });
    }
    for (const path of devices) await removal.remove(() => this.#letGo(path, force));
    await removal.remove(() => daemon.end());
    await removal.remove(() => this.#unmount(place));
    await removal.remove(() => assertGone(place));
    await removal.remove(() => place.remove());
    removal.end();
  }

  async grow(route: RbdRoute, device: Device): Promise<bigint> {
    const { place, daemon } = this.#partsOf(route);
    const { sizeBytes } = await lookAtImage(route, place, this.#run);
    if ((await this.#fileSize(place)) !== sizeBytes) await daemon.reopen(await isReadOnly(device.path));
    // The kernel knows the file's size by this look.
    await this.#fileSize(place);
    return this.#loops.grow(device.path);
  }

  #partsOf(route: RbdRoute): { readonly place: Place; readonly daemon: StorageDaemon } {
    const place = new Place(this.#stateDirectory, 'user-space', route, this.#files);
    return { place, daemon: new StorageDaemon(this.#run, this.#files, place, route) };
  }

  async #fileSize({ image }: Place): Promise<bigint> {
    const { stdout } = await this.#run('stat', ['--cached=never', '--format=%s', image], { root: true });
    return BigInt(stdout.trim());
  }

  async #letGo(path: string, force: boolean): Promise<void> {
    // By force it goes when its daemon has gone, which ends what waits for the cluster.
    if ((await this.#loops.remove(path)) || force) return;
    throw new Error(`${path} is still in use and goes when it is closed`);
  }

  /** A daemon that was killed leaves its mount, which answers nobody. */
  async #unmount({ image }: Place): Promise<void> {
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    if (mounts.includes(` ${image} `)) await this.#run('umount', ['--lazy', image], { root: true });
  }
}

/** The kernel says of a file that is gone underneath a device that it was deleted. */
const devicesOver = async ({ image }: Place): Promise<readonly string[]> => {
  const devices = await loopDevices();
  return devices.filter(({ file }) => file === image || file === `${image} (deleted)`).map(({ path }) => path);
};

/** The kernel keeps pages of a file of FUSE, and hears nothing of what other hosts write. */
const refusedToShare = (route: RbdRoute): ConnectorFailure =>
  new ConnectorFailure(
    `${nameOf(route)} can be written to by several hosts, which in user space would not see each other's writes`,
    'attach it by krbd or rbd-nbd',
  );

const assertServed = async (path: string, daemon: StorageDaemon): Promise<void> => {
  if (await daemon.runs()) return;
  throw new ConnectorFailure(`${path} cannot be written out: the daemon behind it is gone`, MEND_OR_FORCE);
};

const assertGone = async (place: Place): Promise<void> => {
  const gone = await until(GONE_WITHIN_MS, async () => ((await devicesOver(place)).length === 0 ? true : null));
  if (gone === null)
    throw new Error(`${(await devicesOver(place)).join(', ')} is still in use and goes when it is closed`);
};
