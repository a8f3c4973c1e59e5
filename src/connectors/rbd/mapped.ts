import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../../drivers/command-runner.ts';
import { OPERATION_VARIABLE } from '../../drivers/current-operation.ts';
import { deviceSizeBytes } from '../../drivers/file/loop-devices.ts';
import type { RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import type { RbdMapper } from '../../rbd-mappers.ts';
import { ConnectorFailure, type Device } from '../contract.ts';
import { Disks } from '../disks.ts';
import type { HostEnvironment } from '../environment.ts';
import type { RouteOptions } from '../remote-connector.ts';
import { Removal } from '../removal.ts';
import { until } from '../until.ts';
import { CONNECTS_WITHIN_S } from './configuration.ts';
import { rbdFailure } from './failures.ts';
import { lookAtImage, nameOf, selecting } from './image.ts';
import type { DetachOptions, Mapper } from './images.ts';
import { Place } from './place.ts';
import type { RbdRoute } from './route.ts';

const ANSWERS_WITHIN_MS = 45_000;
const GROWN_WITHIN_MS = 10_000;
const GONE_WITHIN_MS = 10_000;
/** What is not of one cluster needs no configuration, and the host's own may be missing or broken. */
const NO_CONFIGURATION = ['--conf', '/dev/null'];

/** Devices by `rbd device`: of the kernel's own client of Ceph (`krbd`), or of rbd-nbd under its network block device. */
export class Mapped implements Mapper {
  readonly #by: Exclude<RbdMapper, 'user-space'>;
  readonly #run: RunCommand;
  readonly #files: RootFiles;
  readonly #stateDirectory: string;
  readonly #disks: Disks;

  constructor(
    by: Exclude<RbdMapper, 'user-space'>,
    { run, stateDirectory = '/run/scoria' }: HostEnvironment,
    files: RootFiles,
  ) {
    this.#by = by;
    this.#run = run;
    this.#files = files;
    this.#stateDirectory = stateDirectory;
    this.#disks = new Disks(run, files);
  }

  async has(route: RbdRoute): Promise<boolean> {
    return this.#placeOf(route).exists();
  }

  async find(route: RbdRoute): Promise<Device | null> {
    const mapping = await this.#mappingOf(route);
    return mapping === null ? null : { type: 'block', path: mapping.device };
  }

  async attach(route: RbdRoute, { readOnly }: RouteOptions): Promise<Device> {
    const place = this.#placeOf(route);
    await place.make(route);
    const { id } = await lookAtImage(route, place, this.#run);
    await this.#assertNotMappedByOthers(route, id);
    await place.note(id);
    const bounded = this.#by === 'krbd' ? ['--options', `mount_timeout=${CONNECTS_WITHIN_S}`] : [];
    const args = ['map', ...(readOnly ? ['--read-only'] : []), ...bounded, ...selecting(route, place)];
    return { type: 'block', path: (await this.#rbd(args, `attach ${nameOf(route)}`)).trim() };
  }

  async detach(route: RbdRoute, { force, used }: DetachOptions): Promise<void> {
    const removal = new Removal(force);
    const mapping = await this.#mappingOf(route);
    if (mapping !== null) {
      const name = basename(mapping.device);
      if (used) {
        await removal.check(() => this.#disks.assertUnused(name));
        await removal.check(() => this.#disks.sync(name));
      }
      await removal.remove(() => this.#unmap(mapping, force));
    }
    await removal.remove(async () => {
      // Who comes later finds by its place what is still there.
      await this.#assertGone(route);
      await this.#placeOf(route).remove();
    });
    removal.end();
  }

  /** It grows by itself, as soon as it has heard. */
  async grow(route: RbdRoute, device: Device): Promise<bigint> {
    const { sizeBytes } = await lookAtImage(route, this.#placeOf(route), this.#run);
    const hasGrown = async () => ((await deviceSizeBytes(device.path)) === sizeBytes ? true : null);
    if ((await until(GROWN_WITHIN_MS, hasGrown)) !== null) return sizeBytes;
    throw new Error(`the kernel does not see that ${device.path} has ${sizeBytes} bytes now`);
  }

  async #unmap({ device, id }: Mapping, force: boolean): Promise<void> {
    // Asked to end, it waits for the cluster; without it, the kernel fails what waits.
    if (force && this.#by === 'rbd-nbd') {
      await this.#run('kill', ['-s', 'KILL', '--', id], { root: true, expectedExitCodes: [0, 1] });
      return;
    }
    const options = force ? ['--options', 'force'] : [];
    await this.#rbd(['unmap', ...NO_CONFIGURATION, ...options, device], `detach ${device}`).catch((error: Error) => {
      // The kernel goes on with it.
      if (error.cause instanceof CommandError && error.cause.timedOut) throw new Error(error.message, { cause: error });
      throw error;
    });
  }

  async #assertGone(route: RbdRoute): Promise<void> {
    const gone = await until(GONE_WITHIN_MS, async () => ((await this.#mappingOf(route)) === null ? true : null));
    if (gone === null) throw new Error(`${nameOf(route)} is still mapped, and goes when the cluster answers`);
  }

  /** The kernel does not say who mapped an image. */
  async #assertNotMappedByOthers(route: RbdRoute, imageId: string): Promise<void> {
    if (this.#by === 'rbd-nbd') return;
    for (const { device, id } of await this.#mappingsOf(route)) {
      if ((await imageIdOf(id)) !== imageId) continue;
      throw new ConnectorFailure(
        `${nameOf(route)} is mapped on this host by somebody else, as ${device}`,
        `unmap it first: rbd device unmap ${device}`,
      );
    }
  }

  async #mappingOf(route: RbdRoute): Promise<Mapping | null> {
    const place = this.#placeOf(route);
    const imageId = await place.noted();
    if (imageId === null) return null;
    for (const mapping of await this.#mappingsOf(route)) {
      const isIts =
        this.#by === 'krbd'
          ? (await imageIdOf(mapping.id)) === imageId
          : (await argumentsOf(mapping.id)).includes(place.configuration);
      if (isIts) return mapping;
    }
    return null;
  }

  /** Of every cluster that has an image of this name. */
  async #mappingsOf({ pool, namespace, image }: RbdRoute): Promise<readonly Mapping[]> {
    const list = ['list', ...NO_CONFIGURATION, '--format', 'json'];
    const stdout = await this.#rbd(list, `find ${nameOf({ pool, namespace, image })}`);
    const mappings = Mappings.parse(JSON.parse(stdout));
    return mappings.filter(
      (one) => one.pool === pool && one.namespace === namespace && (one.name ?? one.image) === image,
    );
  }

  async #rbd([verb = '', ...args]: readonly string[], action: string): Promise<string> {
    const type = this.#by === 'krbd' ? 'krbd' : 'nbd';
    // rbd-nbd outlives the operation, whose programs are ended after a crash.
    const options = { root: true, timeoutMs: ANSWERS_WITHIN_MS, env: { [OPERATION_VARIABLE]: '' } } as const;
    try {
      return (await this.#run('rbd', ['device', verb, '--device-type', type, ...args], options)).stdout;
    } catch (error) {
      throw rbdFailure(action, error);
    }
  }

  #placeOf(route: RbdRoute): Place {
    return new Place(this.#stateDirectory, this.#by, route, this.#files);
  }
}

/** As `rbd device list` says it. An `id` is a number of the kernel's client, or rbd-nbd's process. */
const Mappings = z.array(
  z.object({
    id: z.coerce.string(),
    pool: z.string(),
    namespace: z.string(),
    /** What the kernel's client calls so is the `image` of rbd-nbd. */
    name: z.string().optional(),
    image: z.string().optional(),
    device: z.string(),
  }),
);
type Mapping = z.output<typeof Mappings>[number];

const imageIdOf = async (id: string): Promise<string> =>
  (await readFile(`/sys/bus/rbd/devices/${id}/image_id`, 'utf8').catch(() => '')).trim();

const argumentsOf = async (pid: string): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
