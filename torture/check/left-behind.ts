import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../src/domain/event.ts';
import { OPERATION_VARIABLE } from '../../src/drivers/current-operation.ts';
import type { EndedCopy } from '../slow-copies.ts';
import { pidOf } from '../stopped.ts';

const readOf = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

/** Of LVM's. */
const DAEMONS = ['dmeventd'];
const ENDS_BY_ITSELF_MS = 20_000;
const LOOK_AGAIN_MS = 100;

/**
 * Processes, but this one and those without its variable, that still run for whoever was killed. What only asks, for no
 * operation, is let come to its end.
 */
export const processesLeft = async (variable: string): Promise<readonly string[]> => {
  const deadline = performance.now() + ENDS_BY_ITSELF_MS;
  for (;;) {
    const left = await processesWith(variable);
    const isHarmless = left.every(({ isOfOperation }) => !isOfOperation);
    if (left.length === 0 || !isHarmless || performance.now() > deadline) return left.map(({ text }) => text);
    await sleep(LOOK_AGAIN_MS);
  }
};

const processesWith = async (variable: string) => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const variables = (await readOf(pid, 'environ')).split('\0');
      if (!variables.includes(variable) || DAEMONS.includes((await readOf(pid, 'comm')).trim())) return [];
      const text = `process ${pid} still runs: ${(await readOf(pid, 'cmdline')).replaceAll('\0', ' ').trim()}`;
      return [{ text, isOfOperation: variables.some((one) => one.startsWith(`${OPERATION_VARIABLE}=`)) }];
    }),
  );
  return found.flat();
};

/**
 * Programs that came to their end after the operation that they were for was claimed from whoever started them: nobody
 * ended them first. Not those of processes that were out of touch: these went on, and started programs anew.
 */
export const outlivedTheirClaims = (
  events: readonly RecordedEvent[],
  ended: readonly EndedCopy[],
  outOfTouch: ReadonlySet<string>,
): readonly string[] => {
  const claimedAt = new Map<string, number>();
  for (const { data, meta } of events) {
    if (typeof data.from_executor !== 'string') continue;
    const of = `${meta.commandId} ${pidOf(data.from_executor)}`;
    claimedAt.set(of, Math.min(claimedAt.get(of) ?? Number.POSITIVE_INFINITY, Date.parse(meta.at)));
  }
  return ended.flatMap(({ commandId, pid, endedAt }) => {
    const late = endedAt - (claimedAt.get(`${commandId} ${pid}`) ?? Number.POSITIVE_INFINITY);
    return late > 0 && !outOfTouch.has(pid) ? [`a copy for ${commandId} ended ${late} ms after it was claimed`] : [];
  });
};
