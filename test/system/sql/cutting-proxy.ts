import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /**
   * The next COMMIT loses its connection: before it reaches the server, or after, so that only its answer is lost. With
   * `forGood` nobody gets through any more.
   */
  cutCommit(when: 'before' | 'after', forGood?: boolean): void;
  /** Nothing gets through, either way, and no connection ends; `false` lets all of it through again. */
  hold(held: boolean): void;
  /** How many commits were cut. */
  cuts(): number;
  close(): Promise<void>;
}

/** Stands between a client and a server, and loses the connection at the worst moment. */
export const cuttingProxy = async (to: number): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>();
  let next: 'before' | 'after' | null = null;
  let closedAfter = false;
  let shut = false;
  let cuts = 0;
  const holding = (socket: Socket, held: boolean) => void (held ? socket.pause() : socket.resume());
  let isHeld = false;

  const server = createServer((client) => {
    if (shut) return void client.destroy();
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    if (isHeld)
      setImmediate(() => {
        for (const socket of [client, upstream]) holding(socket, true);
      });
    upstream.pipe(client);
    client.on('data', (data) => {
      if (next === null || !/COMMIT\b/.test(data.toString('latin1'))) return void upstream.write(data);
      if (next === 'after') upstream.write(data);
      else upstream.destroy();
      next = null;
      shut = closedAfter;
      cuts += 1;
      upstream.unpipe(client);
      upstream.resume();
      client.destroy();
    });
    client.on('end', () => upstream.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as { port: number }).port,
    cutCommit(when, forGood = false) {
      next = when;
      closedAfter = forGood;
    },
    hold(held) {
      isHeld = held;
      for (const socket of sockets) holding(socket, held);
    },
    cuts: () => cuts,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
};
