import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStep, RootFiles } from '../../drivers/root-files.ts';
import type { RbdMapper } from '../../rbd-mappers.ts';
import { configurationFor } from './configuration.ts';
import type { RbdRoute } from './route.ts';

/**
 * What an attached image has on this host, in a directory that a reboot empties. It is there from before the image is
 * mapped until after it no longer is, and says by which mapper. Only root can read its files.
 */
export class Place {
  readonly directory: string;
  readonly #stateDirectory: string;
  readonly #mapper: RbdMapper;
  readonly #files: RootFiles;

  constructor(stateDirectory: string, mapper: RbdMapper, { units }: RbdRoute, files: RootFiles) {
    this.#stateDirectory = stateDirectory;
    this.#mapper = mapper;
    this.#files = files;
    const name = createHash('sha256').update(units.join(' ')).digest('hex').slice(0, 32);
    this.directory = join(stateDirectory, 'rbd', mapper, name);
  }

  get configuration(): string {
    return join(this.directory, 'ceph.conf');
  }

  /** Where the image can be shown as a file. */
  get image(): string {
    return join(this.directory, 'image');
  }

  /** Where the daemon that serves the image takes orders. */
  get qmp(): string {
    return join(this.directory, 'qmp');
  }

  get #keyring(): string {
    return join(this.directory, 'keyring');
  }

  get #imageId(): string {
    return join(this.directory, 'image-id');
  }

  async exists(): Promise<boolean> {
    return access(this.directory).then(
      () => true,
      () => false,
    );
  }

  /** `more` is done in it at the end. */
  async make(route: RbdRoute, more: readonly FileStep[] = []): Promise<void> {
    const { keyring } = route;
    const all = join(this.#stateDirectory, 'rbd');
    const parents = [this.#stateDirectory, all, join(all, this.#mapper), this.directory];
    const secret: readonly FileStep[] =
      keyring === null ? [] : [{ do: 'replace', path: this.#keyring, text: keyring.reveal() }];
    const text = await configurationFor(route, keyring === null ? route.keyringPath : this.#keyring);
    await this.#files([
      ...parents.map((path) => ({ do: 'mkdir', path }) as const),
      ...secret,
      { do: 'replace', path: this.configuration, text },
      ...more,
    ]);
  }

  /** The image's own id, by which the kernel knows it too. Noted before it is mapped. */
  async note(imageId: string): Promise<void> {
    await this.#files([{ do: 'replace', path: this.#imageId, text: imageId }]);
  }

  async noted(): Promise<string | null> {
    const [imageId] = await this.#files([{ do: 'read', path: this.#imageId }]);
    return imageId as string | null;
  }

  async remove(): Promise<void> {
    const { directory } = this;
    const [names] = await this.#files([{ do: 'list', path: directory }]);
    await this.#files([
      ...((names ?? []) as readonly string[]).map((name) => ({ do: 'unlink', path: join(directory, name) }) as const),
      { do: 'rmdir', path: directory },
    ]);
  }
}
