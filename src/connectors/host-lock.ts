import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN_MS = 120_000;
const POLL_MS = 10;

/**
 * One at a time on this host, whatever process: a socket in the kernel's own name space, which is free again the moment
 * its process ends, however it ends. Those that wait hold a line to it and hear when it closes.
 */
export const oneAtATime = async <Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> => {
  const held: Lock[] = [];
  try {
    // In the same order everywhere, so that no two wait for each other.
    for (const name of [...new Set(names)].toSorted()) held.push(await acquire(name));
    return await work();
  } finally {
    for (const lock of held) lock.release();
  }
};

interface Lock {
  release(): void;
}

const acquire = async (name: string): Promise<Lock> => {
  const path = `\0scoria/${createHash('sha256').update(name).digest('hex')}`;
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const lock = await listen(path);
    if (lock !== null) return lock;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw new Error(`another process has been at ${name} on this host for too long`);
    await released(path, leftMs);
  }
};

const listen = (path: string): Promise<Lock | null> =>
  new Promise((resolve, reject) => {
    const waiting = new Set<Socket>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket.on('close', () => waiting.delete(socket)).on('error', () => socket.destroy());
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    const release = () => {
      server.close();
      for (const socket of waiting) socket.destroy();
    };
    server.listen(path, () => resolve({ release }));
  });

/** When its holder lets it go, or the time is over. */
const released = async (path: string, withinMs: number): Promise<void> => {
  const socket = connect(path);
  const gone = new Promise<void>((resolve) => {
    socket.setTimeout(withinMs, () => socket.destroy());
    socket.on('error', () => socket.destroy()).on('close', () => resolve());
  });
  await gone;
  // The holder may have bound it and not listen yet.
  await sleep(POLL_MS);
};
