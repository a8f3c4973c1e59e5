import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { connectorWith } from '../../src/drivers/connector-schema.ts';
import { DriverFailure, defineDriver } from '../../src/drivers/contract.ts';
import { commonOptions, path } from '../../src/drivers/options.ts';
import { CALLS, driverOf, withPoints } from '../points/driver.ts';
import { type Answer, sent, understood } from './array-exchange.ts';

/** Asks the array of `array-server.ts`, one question per line. */
export class ArrayClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      const answer = understood<Answer>(line);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    socket.on('close', () => {
      for (const [id, answer] of this.#waiting) answer({ id, error: 'the array is gone' });
    });
  }

  static async connected(socketPath: string): Promise<ArrayClient> {
    const socket = createConnection(socketPath);
    await once(socket, 'connect');
    return new ArrayClient(socket);
  }

  async ask(method: string, given: readonly unknown[]): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.write(sent({ id, method, given }));
    const { value, failure, error } = await promise;
    if (failure !== undefined) throw new DriverFailure(failure.message, failure.remedy);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** An array that has a process of its own, and outlives those that work on it. */
export default defineDriver({
  name: 'memory-array',
  description: 'The memory array in a process of its own, over a Unix socket',
  options: z.strictObject({
    socket: path().describe('Where the array listens'),
    ...commonOptions,
  }),
  connector: connectorWith('host'),
  create: ({ socket }) => {
    let client: Promise<ArrayClient> | undefined;
    const connected = () => {
      client ??= ArrayClient.connected(socket);
      return client;
    };
    const driver = driverOf(CALLS, { online: true, multiattach: true, connections: true }, async ({ method }, given) =>
      (await connected()).ask(method, given),
    );
    return { ...withPoints(driver), close: async () => (await client)?.close() };
  },
});
