import { randomUUID } from 'node:crypto';
import type { CommandContext } from '../../index.ts';
import type { Engine } from '../../library/engine.ts';
import type { Snapshot } from '../../library/snapshot.ts';
import type { Volume } from '../../library/volume.ts';
import type { Access } from './access.ts';
import { bytesIn, checkPattern, type Pattern, patternFor, writePattern } from './bytes.ts';
import type { Say } from './quickstart.ts';

/** A moment of the tour to come back to by replay. */
export interface Moment {
  readonly position: bigint;
  /** The dump as it was read at that moment. */
  readonly dump: string;
}

/** What the tour works with, and what it did so far. */
export class Tour {
  readonly engine: Engine;
  readonly access: Access;
  readonly signal: AbortSignal;
  readonly steps: { readonly step: string; readonly did: string }[] = [];
  readonly #context: CommandContext;
  readonly #say: Say;
  readonly #ids: string[] = [];
  during: Moment = { position: 0n, dump: '' };

  constructor(engine: Engine, context: CommandContext, access: Access, say: Say, signal: AbortSignal) {
    this.engine = engine;
    this.#context = context;
    this.access = access;
    this.signal = signal;
    this.#say = say;
  }

  /** Why a command is given, for the record; `--reason` says it for all of them. */
  because(reason: string): CommandContext {
    return { reason: `quickstart: ${reason}`, ...this.#context };
  }

  get firstVolumeId(): string {
    return this.#ids[0] ?? '';
  }

  /** Says a step that is done; nothing is said before it is true. */
  async did(step: string, did: string): Promise<void> {
    this.steps.push({ step, did });
    await this.#say(`${step.padEnd(10)} ${did}`);
    this.signal.throwIfAborted();
  }

  /** The id of a volume that is about to be made: known before it is there, so that nothing of it can be left. */
  newId(): string {
    const id = randomUUID();
    this.#ids.push(id);
    return id;
  }

  async detachAll(): Promise<void> {
    for (const volume of await this.#own()) {
      if (volume.connections.length > 0) await volume.detach({ force: true }, this.because('give the device back'));
    }
  }

  async deleteAll(): Promise<void> {
    const why = this.because('it was interrupted');
    for (const volume of await this.#own()) {
      for (const snapshot of volume.snapshots) await snapshot.delete(why);
      await (await volume.refresh()).delete(why);
    }
  }

  async #own(): Promise<readonly Volume[]> {
    return (await this.engine.volumes()).filter(({ id }) => this.#ids.includes(id));
  }
}

export const takeTour = async (tour: Tour, directory: string): Promise<void> => {
  const { engine, access } = tour;
  const options = { directory };
  const backend = await engine.addBackend(
    { name: 'quickstart', driver: 'file', options },
    tour.because('somewhere to keep volumes'),
  );
  await tour.did('backend', `"quickstart" keeps volumes as files in ${directory}`);
  const attributes = { id: tour.newId(), size: 1, name: 'data' };
  const volume = await backend.createVolume(attributes, tour.because('a first volume'));
  await tour.did('create', `volume ${volume.id}, "data", 1 GiB`);
  const path = await access.open(volume, tour.because('write to it'));
  await tour.did('attach', `here, as ${path} (${access.kind === 'file' ? 'the file itself' : 'a loop device'})`);
  const first = patternFor(1);
  await writePattern(path, first);
  await checkPattern('the volume', path, first);
  await tour.did('write', `${bytesIn(first)} bytes across the volume, and read the same bytes back`);
  const snapshot = await volume.createSnapshot({ name: 'before' }, tour.because('keep the first bytes'));
  await tour.did('snapshot', `${snapshot.id}, "before", while the volume is in use`);
  const second = await overwriteAndExtend(tour, volume, path);
  await access.close(volume, tour.because('done writing'));
  await tour.did('detach', `the volume is ${volume.status}`);
  await copyAndCompare(tour, volume, snapshot, { first, second });
  await revertAndCompare(tour, volume, snapshot, first);
  await snapshot.delete(tour.because('clean up'));
  await volume.refresh();
  await volume.delete(tour.because('clean up'));
  await tour.did('delete', `the snapshot and the volume; ${(await backend.volumes()).length} volumes are left`);
};

const overwriteAndExtend = async (tour: Tour, volume: Volume, path: string): Promise<Pattern> => {
  const second = patternFor(1);
  await writePattern(path, second);
  await checkPattern('the overwritten volume', path, second);
  await tour.did('overwrite', 'the same places with other bytes, and read those back');
  await volume.extend(2, tour.because('more room'));
  const grown = patternFor(2);
  const added = grown.slice(1);
  await writePattern(path, added);
  await checkPattern('the extended volume', path, [...second, ...added]);
  await tour.did('extend', 'to 2 GiB while attached; its new half holds bytes, its old half still has its own');
  const view = await tour.engine.view();
  tour.during = { position: view.position, dump: await view.dump() };
  return [...second, ...added];
};

const copyAndCompare = async (
  tour: Tour,
  volume: Volume,
  snapshot: Snapshot,
  { first, second }: { readonly first: Pattern; readonly second: Pattern },
): Promise<void> => {
  const clone = await volume.clone({ id: tour.newId(), name: 'copy' }, tour.because('a copy of what is there now'));
  await readBack(tour, 'the clone', clone, second);
  await tour.did('clone', `${clone.id}, "copy": read back, the same bytes as the volume`);
  const restored = await snapshot.createVolume(
    { id: tour.newId(), name: 'as-before' },
    tour.because('a copy of what was there before'),
  );
  await readBack(tour, 'the volume from the snapshot', restored, first);
  await tour.did('restore', `${restored.id}, "as-before", from the snapshot: read back, the old bytes`);
  await clone.delete(tour.because('clean up'));
  await restored.delete(tour.because('clean up'));
  await tour.did('delete', 'both copies');
};

const revertAndCompare = async (tour: Tour, volume: Volume, snapshot: Snapshot, first: Pattern): Promise<void> => {
  await volume.revert(snapshot, tour.because('back to the first bytes'));
  await readBack(tour, 'the reverted volume', volume, first);
  await tour.did('revert', 'the volume to its snapshot: read back, the old bytes again');
};

const readBack = async (tour: Tour, what: string, volume: Volume, pattern: Pattern): Promise<void> => {
  const path = await tour.access.open(volume, tour.because(`compare ${what}`));
  await checkPattern(what, path, pattern);
  await tour.access.close(volume, tour.because(`compared ${what}`));
};
