import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlServer, SqlSession } from './server.ts';
import type { Sessions } from './sessions.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

/** How long a server may be away: a restart, or another one taking its place. */
export const OUTAGE_MS = 60_000;

export type Insist = <T>(work: (session: SqlSession) => Promise<T>, goOn?: () => void) => Promise<T>;

/** Tries work again as long as that may help, `goOn` agrees and the outage does not last too long. */
export const insisting =
  (server: SqlServer, sessions: Sessions, outageMs: number): Insist =>
  async (work, goOn = () => {}) => {
    const deadline = performance.now() + outageMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      goOn();
      try {
        return await sessions.lend(work);
      } catch (thrown) {
        const { passing, error } = server.faultOf(thrown);
        if (!passing || performance.now() + pause >= deadline) throw error;
      }
      // Random, so that several processes do not come back together.
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  };
