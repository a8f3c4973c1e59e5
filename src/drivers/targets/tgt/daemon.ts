import { setTimeout as delay } from 'node:timers/promises';
import { DriverFailure } from '../../contract.ts';
import { type FileStep, type RootFiles, StepError, type TgtdRequest } from '../../root-files.ts';
import { parseTargets, type TgtTarget } from './show.ts';

/** Where tgtd listens for those who manage it; only root may. */
const SOCKET = '/run/tgtd/socket.0';

export interface TgtDaemon {
  targets(): Promise<readonly TgtTarget[]>;
  /** `ADDRESS:PORT`, at which it listens. */
  portals(): Promise<readonly string[]>;
  /** In their order; the first that fails ends them. Answers the targets that there are then. */
  change(requests: readonly TgtdRequest[]): Promise<readonly TgtTarget[]>;
}

const SHOW: TgtdRequest = { mode: 'target', operation: 'show' };

export const tgtDaemon = (files: RootFiles): TgtDaemon => {
  /** The last answer. */
  const ask = async (requests: readonly TgtdRequest[]): Promise<string> => {
    const steps = requests.map((request): FileStep => ({ do: 'tgtd', path: SOCKET, request }));
    return String((await files(steps).catch(refuseWithoutDaemon)).at(-1));
  };
  const change = async (requests: readonly TgtdRequest[]): Promise<readonly TgtTarget[]> =>
    parseTargets(await ask([...requests, SHOW]));
  return {
    change,
    targets: () => change([]),
    portals: async () => {
      const text = await ask([{ mode: 'portal', operation: 'show' }]);
      return [...text.matchAll(/^Portal: (\S+),\d+$/gm)].map(([, portal = '']) => portal);
    },
  };
};

const refuseWithoutDaemon = (error: unknown): never => {
  if (error instanceof StepError && ['ENOENT', 'ECONNREFUSED'].includes(error.code)) {
    throw new DriverFailure('tgtd is not running', 'start it: systemctl start tgt', { cause: error });
  }
  throw error;
};

const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

/** tgtd refuses to end what still has commands under way, and they end soon. */
export const untilIdle = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isBusy = error instanceof StepError && ['TARGET_ACTIVE', 'LUN_ACTIVE'].includes(error.code);
      if (!isBusy || performance.now() > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
};
