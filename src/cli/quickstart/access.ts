import { hostname } from 'node:os';
import { ScoriaError } from '../../domain/errors.ts';
import type { CommandContext } from '../../index.ts';
import type { Volume } from '../../library/volume.ts';
import type { Say } from './quickstart.ts';

export type DeviceKind = 'loop device' | 'file';

/** Gets at volumes' bytes: attached where the machine allows it, otherwise through the files that hold them. */
export class Access {
  readonly #say: Say;
  #attaches = true;
  kind: DeviceKind = 'file';

  constructor(say: Say) {
    this.#say = say;
  }

  /** The path of the volume's device. */
  async open(volume: Volume, context: CommandContext): Promise<string> {
    if (this.#attaches) {
      const path = await this.#attached(volume, context);
      if (path !== null) return path;
      this.#attaches = false;
    }
    const connection = await volume.connect({ host: hostname() }, {}, context);
    this.kind = 'file';
    return String(connection.conn_info?.data.device_path);
  }

  async close(volume: Volume, context: CommandContext): Promise<void> {
    await volume.detach({}, context);
  }

  async #attached(volume: Volume, context: CommandContext): Promise<string | null> {
    try {
      const { path } = await volume.attach({}, context);
      this.kind = path?.startsWith('/dev/') ? 'loop device' : 'file';
      return path;
    } catch (error) {
      // A container's root, for one, often has no loop devices.
      if (!(error instanceof ScoriaError) || error.code !== 'ConnectorFailed') throw error;
      await this.#say(`        this machine cannot attach it (${error.message}); we read and write the file instead`);
      await volume.detach({ force: true }, context);
      return null;
    }
  }
}
