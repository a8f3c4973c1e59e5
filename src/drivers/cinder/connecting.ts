import type { Connection } from '../../domain/volume/volume.ts';
import type {
  ConnectionInfo,
  ConnectionRequest,
  Connector,
  DriverEnvironment,
  TerminateOptions,
  Volume,
  VolumeModelUpdate,
} from '../contract.ts';
import { refusalOr, refused, settled } from './endings.ts';
import { absent, type Found, unlessUntold } from './found.ts';
import type { PythonError } from './python.ts';
import type { ServedClass } from './served-class.ts';
import { connectionInfoOf, updateOf } from './told.ts';

/** What a host has to do with a volume, as Cinder's attachments have it. */
export const attachment = ({ id, connector, attach_mode }: ConnectionRequest) => ({ id, connector, attach_mode });

/** What is gone need not be taken away. */
const unlessGone = async (error: PythonError): Promise<void> => {
  if (!error.isA('NotFound')) throw refusalOr(error);
};

export class Connecting {
  readonly #served: ServedClass;
  readonly #found: Found;
  readonly #environment: DriverEnvironment;

  constructor(served: ServedClass, found: Found, environment: DriverEnvironment) {
    this.#served = served;
    this.#found = found;
    this.#environment = environment;
  }

  async createExport(volume: Volume, connector: Connector): Promise<VolumeModelUpdate | undefined> {
    await this.#requireThere(volume);
    const answer = await settled(() => this.#served.call('create_export', { volume, connector }), refused);
    return updateOf(answer, this.#environment.log, 'create_export');
  }

  async removeExport(volume: Volume): Promise<void> {
    await settled(async () => void (await this.#served.call('remove_export', { volume })), unlessGone);
  }

  async initialize(volume: Volume, connection: ConnectionRequest): Promise<ConnectionInfo> {
    await this.#requireThere(volume);
    const { connector } = connection;
    const given = { volume, connector, connections: [attachment(connection)] };
    return connectionInfoOf(
      await settled(() => this.#served.call('initialize_connection', given), refused),
      connection,
    );
  }

  async terminate(volume: Volume, connection: Connection, { force, others }: TerminateOptions): Promise<void> {
    const connections = [connection, ...others].map(attachment);
    const given = { volume, connector: connection.connector, force, connections };
    await settled(async () => void (await this.#served.call('terminate_connection', given)), unlessGone);
  }

  /** Some drivers make connection info of whatever they are asked for. */
  async #requireThere(volume: Volume): Promise<void> {
    if ((await unlessUntold(this.#found.volume(volume))) === null) throw absent(volume);
  }
}
