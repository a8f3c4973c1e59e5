import type { Device } from '../../connectors/contract.ts';
import { ScoriaError } from '../../domain/errors.ts';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import type { Backend } from '../../library/backend.ts';
import type { Connection } from '../../library/connection.ts';
import type { Engine } from '../../library/engine.ts';
import type { Snapshot } from '../../library/snapshot.ts';
import type { Volume } from '../../library/volume.ts';
import { CannotCheck } from '../driver/cannot-check.ts';
import { deviceBytes, type OpenDevice, openDevice } from '../driver/host-bytes.ts';
import { sameSize } from '../driver/sizes.ts';
import type { DriverSubject } from '../driver/subject.ts';
import { checkId } from '../ids.ts';

/** One check of a backend through an engine: real commands, real events. */
export class EngineTrial {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly subject: DriverSubject;
  readonly #beforeCommand: () => void;
  readonly #volumes: string[] = [];

  constructor(engine: Engine, backend: Backend, subject: DriverSubject, beforeCommand: () => void = () => {}) {
    this.engine = engine;
    this.backend = backend;
    this.subject = subject;
    this.#beforeCommand = beforeCommand;
  }

  /** GiB. */
  get size(): number {
    return this.subject.sizeGiB;
  }

  /** Fails unless it is that size, as exactly as the backend keeps sizes. */
  sameSize(bytes: bigint | null | undefined, sizeGiB: number, said: string): void {
    sameSize(bytes, sizeGiB, said, this.subject);
  }

  /** To be called before each command: an interrupted check gives no further ones. */
  next(): void {
    this.#beforeCommand();
  }

  /** An id of its own for a volume that is about to be made, which is taken away when the check ends. */
  volumeId(): string {
    this.next();
    const id = checkId();
    this.#volumes.push(id);
    return id;
  }

  created(size = this.size): Promise<Volume> {
    const { pool } = this.subject;
    const attributes = { id: this.volumeId(), size, name: 'scoria-check' };
    return this.backend.createVolume(pool === null ? attributes : { ...attributes, pool_name: pool });
  }

  cloned(source: Volume, size?: number): Promise<Volume> {
    const attributes = { id: this.volumeId(), name: 'scoria-check' };
    return source.clone(size === undefined ? attributes : { ...attributes, size });
  }

  restored(snapshot: Snapshot): Promise<Volume> {
    return snapshot.createVolume({ id: this.volumeId(), name: 'scoria-check' });
  }

  snapshot(volume: Volume, name = 'scoria-check'): Promise<Snapshot> {
    this.next();
    return volume.createSnapshot({ id: checkId(), name });
  }

  /** Attaches on this host. Where the host cannot, that is no fault of the driver. */
  async attach(volume: Volume): Promise<Connection> {
    this.next();
    try {
      return await volume.attach({ id: checkId() });
    } catch (error) {
      if (!(error instanceof ScoriaError) || error.code !== 'ConnectorFailed') throw error;
      await volume.detach({ force: true }, { reason: 'a check cleans up' });
      throw new CannotCheck(`this host cannot attach volumes: ${error.message}`);
    }
  }

  async detach(volume: Volume): Promise<void> {
    this.next();
    await volume.detach();
  }

  /** Does something with the volume's bytes while it is attached here, and detaches it. */
  async attached<Result>(volume: Volume, use: (bytes: OpenDevice) => Promise<Result>): Promise<Result> {
    const connection = await this.attach(volume);
    const bytes = await openDevice(infoOf(connection), String(connection.path));
    const result = await use(bytes).finally(() => bytes.close());
    await this.detach(volume);
    return result;
  }

  /** The ids of the volumes that this check asked for. */
  get volumes(): readonly string[] {
    return this.#volumes;
  }

  /** The size in bytes that this host sees of a connection that it has attached. */
  deviceBytes(connection: Connection): Promise<bigint> {
    return deviceBytes(this.subject.host, infoOf(connection), connection.device as unknown as Device);
  }
}

const infoOf = ({ conn_info: info }: Connection): ConnectionInfo => {
  if (info === null) throw new TypeError('the connection has no connection info');
  return info;
};
