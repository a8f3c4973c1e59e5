import type { JsonObject } from '../../domain/json.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type Volume } from '../contract.ts';
import { PythonError } from './python.ts';
import type { ServedClass } from './served-class.ts';

const GIB_BYTES = 1024n ** 3n;

/** One of what `get_manageable_volumes` and `get_manageable_snapshots` answer. */
export interface ManageableEntry {
  readonly reference: JsonObject;
  readonly source_reference?: JsonObject;
  readonly size: number;
  readonly safe_to_manage?: boolean;
  readonly reason_not_safe?: string | null;
  readonly cinder_id?: string | null;
}

/** The driver cannot be asked what its storage has. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}

export const absent = ({ id }: Volume): DriverFailure =>
  new DriverFailure(`the storage has no volume ${id}`, 'see whether it was deleted there');

export const sizeInBytes = (sizeGiB: number): bigint => BigInt(Math.ceil(sizeGiB)) * GIB_BYTES;

export const entriesOf = (answer: unknown): readonly ManageableEntry[] => {
  const isEntry = (one: Partial<ManageableEntry>) => typeof one?.reference === 'object' && Number.isFinite(one.size);
  if (Array.isArray(answer) && answer.every(isEntry)) return answer;
  throw new Error('the driver lists what it can manage in a shape that is none of Cinder');
};

/**
 * What the storage has of a volume or a snapshot. Cinder's drivers have no such question: those that manage what exists
 * know sizes by Cinder's names, and only those that list it know that something is not there.
 */
export class Found {
  readonly #served: ServedClass;
  readonly #can: (method: string) => boolean;

  constructor(served: ServedClass, can: (method: string) => boolean) {
    this.#served = served;
    this.#can = can;
  }

  /** Its size in bytes, or `null`. Rejects with `CannotTell`. */
  async volume(volume: Volume): Promise<bigint | null> {
    const sized = await this.#sized('manage_existing_get_size', 'size_of_volume', { volume });
    if (sized !== null) return sized;
    return this.#listed('get_manageable_volumes', 'list_volumes', { volume }, ['volume', volume.id]);
  }

  async snapshot(snapshot: Snapshot, source: Volume): Promise<bigint | null> {
    const given = { snapshot, source };
    const sized = await this.#sized('manage_existing_snapshot_get_size', 'size_of_snapshot', given);
    if (sized !== null) return sized;
    return this.#listed('get_manageable_snapshots', 'list_snapshots', given, ['snapshot', snapshot.id]);
  }

  async #sized(method: string, work: string, given: object): Promise<bigint | null> {
    if (!this.#can(method)) return null;
    try {
      const size = await this.#served.call(work, given);
      return typeof size === 'number' ? sizeInBytes(size) : null;
    } catch (error) {
      // Some refuse what Cinder has already, in words of their own.
      if (error instanceof PythonError) return null;
      throw error;
    }
  }

  async #listed(method: string, work: string, given: object, [kind, id]: readonly [string, string]) {
    if (!this.#can(method)) throw new CannotTell(`the driver cannot be asked whether it has ${kind} ${id}`);
    const entries = entriesOf(await this.#served.call(work, given));
    const found = entries.find(
      ({ cinder_id, reference }) => cinder_id === id || Object.values(reference).includes(`${kind}-${id}`),
    );
    return found === undefined ? null : sizeInBytes(found.size);
  }
}

/** What is not known, for a driver that cannot tell. */
export const unlessUntold = async <Answer>(question: Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await question;
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    throw error;
  }
};
