import type { z } from 'zod';
import type { Logger } from '../../logging.ts';
import type { DriverEnvironment } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { removeAbove } from './delete.ts';
import type { RbdBackend } from './images.ts';
import { imageNamedBy } from './names.ts';
import { LONG_MS } from './programs.ts';
import { TrashSchema } from './report.ts';

export type Trashed = z.infer<typeof TrashSchema>[number];

/** Volumes in the trash of the pool. What else is there is somebody else's. */
export const readTrash = async ({ programs }: RbdBackend): Promise<readonly Trashed[]> => {
  const { place } = programs;
  const said = await programs.ask(`read the trash of ${place}`, 'rbd', 'trash', 'ls', '--long', place);
  return TrashSchema.parse(said).filter(({ name }) => imageNamedBy(name)?.kind === 'volume');
};

/** Ceph compares its clock with that of when it was moved there. */
export const isExpired = ({ status }: Trashed): boolean => status.startsWith('expired');

export const removeTrashed = async (backend: RbdBackend, id: string): Promise<void> => {
  const trashed = (await readTrash(backend)).find((one) => one.id === id);
  if (trashed !== undefined) await remove(backend, trashed);
};

/** With what only it needed. */
const remove = async (backend: RbdBackend, { id, name, parent }: Trashed): Promise<void> => {
  const args = ['trash', 'rm', '--no-progress', backend.programs.at(id)];
  await backend.programs.tryTo(`remove ${name} for good`, args, ['absent'], { timeoutMs: LONG_MS });
  if (parent !== undefined) await halfway(() => removeAbove(backend, parent));
};

/** Whoever deletes a volume empties the trash of what was there long enough. */
export class Trash {
  readonly #backend: RbdBackend;
  readonly #backendName: string;
  readonly #log: Logger;
  #emptiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(backend: RbdBackend, { backendName, log }: Pick<DriverEnvironment, 'backendName' | 'log'>) {
    this.#backend = backend;
    this.#backendName = backendName;
    this.#log = log;
  }

  /** At most once per interval. What cannot be removed is left for the next time. */
  async empty(): Promise<void> {
    const now = performance.now();
    if (now - this.#emptiedAtMs < this.#backend.options.deferred_deletion_purge_interval * 1000) return;
    this.#emptiedAtMs = now;
    for (const trashed of (await readTrash(this.#backend)).filter(isExpired)) {
      await remove(this.#backend, trashed).catch(() => {
        this.#log.warn({ backend: this.#backendName, path: trashed.name }, 'Not removed from the trash');
      });
    }
  }
}
