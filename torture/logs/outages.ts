import { setTimeout as sleep } from 'node:timers/promises';
import type { Drawn } from '../drawn.ts';

export interface Restartable {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** How long a server is up at least, how much longer at most, and how long it is away. */
const UP_MS = 2_000;
const UP_LONGER_MS = 4_000;
const AWAY_MS = 1_500;

/** Kills a server and starts it again, again and again. `ended` leaves it running, and says how often it was killed. */
export const killAgainAndAgain = (server: Restartable, drawn: Drawn) => {
  const ending = new AbortController();
  const killing = (async () => {
    for (let kills = 0; ; kills += 1) {
      await sleep(UP_MS + drawn.number(UP_LONGER_MS), undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) return kills;
      await server.kill();
      await sleep(drawn.number(AWAY_MS));
      await server.restart();
    }
  })();
  return {
    ended(): Promise<number> {
      ending.abort();
      return killing;
    },
  };
};
