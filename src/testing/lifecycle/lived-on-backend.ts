import { isLeft } from 'fp-ts/lib/Either.js';
import { type Rejection, ScoriaError } from '../../domain/errors.ts';
import type { Snapshot, VolumeState } from '../../domain/volume/volume.ts';
import type { Volume } from '../../drivers/contract.ts';
import type { Connection } from '../../library/connection.ts';
import type { Engine } from '../../library/engine.ts';
import { same } from '../asserting.ts';
import { CannotCheck } from '../driver/cannot-check.ts';
import type { AttachedBytes } from '../driver/host-bytes.ts';
import type { DriverSubject } from '../driver/subject.ts';
import { checkId } from '../ids.ts';
import { asDriverGets } from '../resources.ts';
import { VOLUMES } from './commands.ts';
import type { Lived } from './compare.ts';
import type { RunNames } from './names.ts';
import { recordedVolume } from './recorded.ts';
import type { Storage } from './storage.ts';

const GIB_BYTES = 1024n ** 3n;

/** Why no host gets at the bytes just now, which is no fault of the driver. */
const OUT_OF_REACH: readonly Rejection['code'][] = ['NotMultiattach', 'InvalidVolume', 'BackendFrozen'];

/** A backend, its engine and its driver, as the model sees them. */
export class LivedOnBackend implements Lived {
  readonly #engine: Engine;
  readonly #subject: DriverSubject;
  readonly #names: RunNames;
  readonly #beforeCommand: () => void;
  readonly #volumes = new Map<string, Volume>();
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(engine: Engine, subject: DriverSubject, names: RunNames, beforeCommand: () => void) {
    this.#engine = engine;
    this.#subject = subject;
    this.#names = names;
    this.#beforeCommand = beforeCommand;
  }

  give: Lived['give'] = async (command) => {
    this.#beforeCommand();
    const outcome = await this.#engine.execute(this.#names.real(command), { reason: 'a life' });
    return isLeft(outcome) ? this.#names.symbolic(outcome.left) : null;
  };

  states: Lived['states'] = async () => {
    const states = new Map<string, VolumeState>();
    for (const volume of VOLUMES) {
      const state = await recordedVolume(this.#engine, this.#names.idOf(volume));
      if (state === null) continue;
      this.#remember(volume, state);
      states.set(volume, this.#names.symbolic(state));
    }
    return states;
  };

  write: Lived['write'] = async (volume, byte) => {
    const done = await this.#attached(volume, async (bytes) => {
      await bytes.write(0, Uint8Array.of(byte));
      return true;
    });
    return done ?? false;
  };

  read: Lived['read'] = (volume) => this.#attached(volume, async (bytes) => (await bytes.read(0, 1))[0] ?? 0);

  /** Asks the driver itself about everything that the model ever had. */
  async compareArray(storage: Storage): Promise<void> {
    const { driver } = this.#subject;
    for (const [symbol, volume] of this.#volumes) {
      const of = storage.volumes[symbol];
      const expected = of?.made && of.status !== 'deleted' ? BigInt(of.size) * GIB_BYTES : null;
      const found = await driver.findVolume(volume);
      same(found?.sizeBytes ?? null, expected, `the bytes of ${symbol} on the array, by findVolume`);
    }
    for (const [symbol, snapshot] of this.#snapshots) {
      const owner = symbol.split('-')[0] ?? '';
      const volume = this.#volumes.get(owner);
      const of = storage.volumes[owner]?.snapshots[symbol];
      if (volume === undefined) continue;
      const found = await driver.snapshots?.findSnapshot(snapshot, volume);
      const expected = of?.made ? BigInt(of.size) * GIB_BYTES : null;
      same(found?.sizeBytes ?? null, expected, `the bytes of snapshot ${symbol} on the array, by findSnapshot`);
    }
  }

  #remember(symbol: string, { volume, snapshots }: VolumeState): void {
    if (volume !== null) this.#volumes.set(symbol, asDriverGets(volume));
    for (const snapshot of Object.values(snapshots)) {
      this.#snapshots.set(this.#names.symbolic(snapshot.id), snapshot);
    }
  }

  /** Connects this host, does it, and disconnects; `null` when no host gets at the bytes now. */
  async #attached<Result>(symbol: string, use: (bytes: AttachedBytes) => Promise<Result>): Promise<Result | null> {
    const { attach } = this.#subject;
    if (attach === null) return null;
    this.#beforeCommand();
    const [volume_id, connection_id] = [this.#names.idOf(symbol), checkId()];
    const connection = await this.#connected(symbol, connection_id);
    if (connection === null) return null;
    const info = connection.conn_info;
    if (info === null) throw new Error(`connecting ${symbol} brought no connection info`);
    const result = await this.#used(symbol, () => attach(info), use).catch(async (error: unknown) => {
      await this.#engine.execute({ type: 'DisconnectVolume', volume_id, connection_id });
      throw error;
    });
    const ended = await this.#engine.execute({ type: 'DisconnectVolume', volume_id, connection_id });
    if (isLeft(ended)) throw new Error(`this host could not disconnect from ${symbol}: ${ended.left.message}`);
    return result;
  }

  /** With the credentials that the host needs, which the record does not show. */
  async #connected(symbol: string, id: string): Promise<Connection | null> {
    try {
      const volume = await this.#engine.volume(this.#names.idOf(symbol));
      return await volume.connect(this.#subject.connector, { id });
    } catch (error) {
      if (!(error instanceof ScoriaError)) throw error;
      if (OUT_OF_REACH.includes(error.code)) return null;
      throw new Error(`this host could not connect to ${symbol}: ${error.message}`, { cause: error });
    }
  }

  async #used<Result>(
    symbol: string,
    attach: () => Promise<AttachedBytes>,
    use: (bytes: AttachedBytes) => Promise<Result>,
  ): Promise<Result | null> {
    try {
      const bytes = await attach();
      return await use(bytes).finally(() => bytes.detach());
    } catch (error) {
      if (error instanceof CannotCheck) return null;
      throw new Error(`this host could not reach the bytes of ${symbol}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
