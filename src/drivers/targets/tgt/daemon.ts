import { setTimeout as delay } from 'node:timers/promises';
import { DriverFailure } from '../../contract.ts';
import { type FileStep, type RootFiles, StepError, type TgtdRequest } from '../../root-files.ts';
import { parseTargets, type TgtTarget } from './show.ts';

/** Where tgtd listens for those who manage it; only root may. */
const SOCKET = '/run/tgtd/socket.0';

export interface TgtDaemon {
  targets(): Promise<readonly TgtTarget[]>;
  target(iqn: string): Promise<TgtTarget | undefined>;
  /** `ADDRESS:PORT`, at which it listens. */
  portals(): Promise<readonly string[]>;
  /** In their order; the first that fails ends them. */
  ask(requests: readonly TgtdRequest[]): Promise<void>;
  /** The same, where what is asked for may be so already. */
  askUnless(codes: readonly string[], request: TgtdRequest): Promise<void>;
}

export const tgtDaemon = (files: RootFiles): TgtDaemon => {
  const answers = async (requests: readonly TgtdRequest[]): Promise<readonly string[]> => {
    const steps = requests.map((request): FileStep => ({ do: 'tgtd', path: SOCKET, request }));
    return (await files(steps).catch(refuseWithoutDaemon)).map(String);
  };
  const targets = async (): Promise<readonly TgtTarget[]> => {
    const [text = ''] = await answers([{ mode: 'target', operation: 'show' }]);
    return parseTargets(text);
  };
  return {
    targets,
    target: async (iqn) => (await targets()).find(({ name }) => name === iqn),
    portals: async () => {
      const [text = ''] = await answers([{ mode: 'portal', operation: 'show' }]);
      return [...text.matchAll(/^Portal: (\S+),\d+$/gm)].map(([, portal = '']) => portal);
    },
    ask: async (requests) => void (await answers(requests)),
    askUnless: async (codes, request) => {
      await answers([request]).catch((error: unknown) => {
        if (!(error instanceof StepError) || !codes.includes(error.code)) throw error;
      });
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
export const untilIdle = async (work: () => Promise<void>): Promise<void> => {
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
