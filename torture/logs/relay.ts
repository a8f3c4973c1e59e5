import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Drawn } from '../drawn.ts';

/** What happens to bytes on their way; several times the same, so that it happens more often. */
const TROUBLES = ['cut before', 'cut after', 'delayed', 'delayed', 'delayed', 'held', 'half-closed'] as const;
type Trouble = (typeof TROUBLES)[number];

/** One in so many pieces of what is sent meets trouble. */
const PIECES = 80;
const DELAY_MS = 60;
/** Longer than a lease, some of them. */
const HOLD_MS = 2_000;

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** From now on until it is calmed. */
  trouble(): void;
  calm(): void;
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Stands between executors and a server: it cuts, delays, holds and half-closes their connections, by the seed. */
export const startRelay = async (target: Target, seed: number): Promise<Relay> => {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let connections = 0;
  let isTroubling = false;

  const troubleOf = (drawn: Drawn): Trouble | null => {
    if (!isTroubling || drawn.number(PIECES) > 0) return null;
    const trouble = drawn.one(TROUBLES);
    counts.set(trouble, (counts.get(trouble) ?? 0) + 1);
    return trouble;
  };

  const passOn = async (piece: Buffer, from: Socket, to: Socket, drawn: Drawn): Promise<void> => {
    const trouble = troubleOf(drawn);
    if (trouble === 'cut before') return void cut(from, to);
    if (trouble === 'delayed') await sleep(drawn.number(DELAY_MS));
    if (trouble === 'held') await sleep(drawn.number(HOLD_MS));
    if (to.destroyed) return;
    await new Promise((sent) => to.write(piece, sent));
    if (trouble === 'cut after') cut(from, to);
    if (trouble === 'half-closed') to.end();
  };

  const pump = (from: Socket, to: Socket, drawn: Drawn): void => {
    sockets.add(from);
    from.setNoDelay();
    from.on('error', () => {});
    from.on('data', (piece: Buffer) => {
      from.pause();
      void passOn(piece, from, to, drawn).then(() => from.resume());
    });
    from.on('end', () => to.end());
    from.on('close', () => {
      sockets.delete(from);
      to.destroySoon();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    connections += 1;
    const upstream = connect({ ...target, allowHalfOpen: true });
    pump(client, upstream, new Drawn(seed, 'relay', connections, 'to the server'));
    pump(upstream, client, new Drawn(seed, 'relay', connections, 'to the executor'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    port: (server.address() as { port: number }).port,
    trouble() {
      isTroubling = true;
    },
    calm() {
      isTroubling = false;
    },
    counts,
    async [Symbol.asyncDispose]() {
      server.close();
      cut(...sockets);
      await once(server, 'close');
    },
  };
};

const cut = (...sockets: readonly Socket[]): void => {
  for (const socket of sockets) socket.destroy();
};
