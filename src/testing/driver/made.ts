import type { Connection, Snapshot } from '../../domain/volume/volume.ts';
import type { Volume } from '../../drivers/contract.ts';

/** Something that a check asked a driver to make, and that may be on the array until it is known to be gone. */
export type Made =
  | { readonly kind: 'volume'; readonly id: string; readonly volume: Volume }
  | { readonly kind: 'snapshot'; readonly id: string; readonly volume: Volume; readonly snapshot: Snapshot }
  | { readonly kind: 'connection'; readonly id: string; readonly volume: Volume; readonly connection: Connection };

/** Where it is noted, before the driver is called. */
export interface Notes {
  note(made: Made): Promise<void>;
  forget(made: Made): Promise<void>;
}

/** Notes, and volumes of which the record itself says that they were made: all that they had is gone. */
export interface CheckNotes extends Notes {
  cleaned(volumes: readonly string[]): Promise<void>;
}

const keyOf = ({ kind, id }: Pick<Made, 'kind' | 'id'>): string => `${kind}/${id}`;

/** What is made and not known to be gone, oldest first; noted elsewhere too, where a crash does not reach. */
export class Ledger implements Notes {
  readonly #there = new Map<string, Made>();
  readonly #ever = new Map<string, Made>();
  readonly #elsewhere: Notes | null;

  constructor(elsewhere: Notes | null = null) {
    this.#elsewhere = elsewhere;
  }

  get there(): readonly Made[] {
    return [...this.#there.values()];
  }

  /** Also what is gone. */
  get ever(): readonly Made[] {
    return [...this.#ever.values()];
  }

  async note(made: Made): Promise<void> {
    await this.#elsewhere?.note(made);
    this.#there.set(keyOf(made), made);
    this.#ever.set(keyOf(made), made);
  }

  async forget(made: Made): Promise<void> {
    if (!this.#there.delete(keyOf(made))) return;
    await this.#elsewhere?.forget(made);
  }

  /** The entry of a volume, snapshot or connection that is there. */
  find(kind: Made['kind'], id: string): Made | undefined {
    return this.#there.get(keyOf({ kind, id }));
  }
}
