import type { RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import type { RbdMapper } from '../../rbd-mappers.ts';
import { ConnectorFailure, type Device } from '../contract.ts';
import type { HostEnvironment } from '../environment.ts';
import { oneAtATime } from '../host-lock.ts';
import type { Network, RouteOptions } from '../remote-connector.ts';
import { undone } from '../removal.ts';
import { chooseMapper } from './choice.ts';
import { nameOf } from './image.ts';
import { Mapped } from './mapped.ts';
import { type RbdRoute, rbdRouteOf } from './route.ts';
import { UserSpace } from './user-space.ts';

export interface DetachOptions {
  readonly force: boolean;
  /** Whether somebody may have written to the device. */
  readonly used: boolean;
}

/** A way of making a device of an image. What it leaves of an attachment that failed, it detaches. */
export interface Mapper extends Pick<Network<RbdRoute>, 'attach'> {
  find(route: RbdRoute): Promise<Device | null>;
  /** Whether it has begun to map the image on this host, and not ended: `Place`. */
  has(route: RbdRoute): Promise<boolean>;
  detach(route: RbdRoute, options: DetachOptions): Promise<void>;
  grow(route: RbdRoute, device: Device): Promise<bigint>;
}

/** Images of Ceph, each by the mapper that it was attached by, whatever would be chosen now. */
export class Images implements Network<RbdRoute> {
  readonly protocol = 'rbd';
  readonly routeOf = rbdRouteOf;
  readonly #run: RunCommand;
  readonly #mappers: Readonly<Record<RbdMapper, Mapper>>;

  constructor(environment: HostEnvironment, files: RootFiles) {
    this.#run = environment.run;
    this.#mappers = {
      krbd: new Mapped('krbd', environment, files),
      'rbd-nbd': new Mapped('rbd-nbd', environment, files),
      'user-space': new UserSpace(environment, files),
    };
  }

  async find(route: RbdRoute): Promise<Device | null> {
    for (const mapper of await this.#mappersOf(route)) {
      const device = await mapper.find(route);
      if (device !== null) return device;
    }
    return null;
  }

  async attach(route: RbdRoute, options: RouteOptions): Promise<Device> {
    const standing = options.shared ? await this.find(route) : null;
    if (standing !== null) return standing;
    const mapper = this.#mappers[await chooseMapper(options.connector, this.#run)];
    // Of a process that died on the way, or of a volume that was there before.
    await this.detach(route, { force: false });
    try {
      return await mapper.attach(route, options);
    } catch (error) {
      await undone(error as Error, () => mapper.detach(route, { force: true, used: false }));
      throw error;
    }
  }

  async detach(route: RbdRoute, { force }: Pick<DetachOptions, 'force'>): Promise<void> {
    for (const mapper of await this.#mappersOf(route)) await mapper.detach(route, { force, used: true });
  }

  async grow(route: RbdRoute): Promise<bigint> {
    return oneAtATime(route.targets, async () => {
      for (const mapper of await this.#mappersOf(route)) {
        const device = await mapper.find(route);
        if (device !== null) return mapper.grow(route, device);
      }
      throw new ConnectorFailure(`${nameOf(route)} is not attached to this host`, 'attach it again');
    });
  }

  async #mappersOf(route: RbdRoute): Promise<readonly Mapper[]> {
    const mappers = Object.values(this.#mappers);
    const has = await Promise.all(mappers.map((mapper) => mapper.has(route)));
    return mappers.filter((_, index) => has[index]);
  }
}
