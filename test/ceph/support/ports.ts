import { once } from 'node:events';
import { createServer } from 'node:net';

const PORTS = 100;
/** Below what the kernel gives to whoever asks for any port. */
const [FIRST_BLOCK, LAST_BLOCK] = [21_000, 31_000];

export interface PortBlock {
  readonly first: number;
  readonly last: number;
  give(): Promise<void>;
}

/** A block of ports that no other cluster on this host has: it belongs to whoever listens on its last one. */
export const takePorts = async (): Promise<PortBlock> => {
  for (let first = FIRST_BLOCK; first <= LAST_BLOCK; first += PORTS) {
    const claim = createServer();
    const taken = await once(claim.listen(first + PORTS - 1, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    );
    if (!taken) continue;
    claim.unref();
    const give = async () => {
      claim.close();
      await once(claim, 'close');
    };
    return { first, last: first + PORTS - 2, give };
  }
  throw new Error(`no ports are free between ${FIRST_BLOCK} and ${LAST_BLOCK}`);
};
