import { readdir, readFile } from 'node:fs/promises';
import type { RecordedEvent } from '../../src/domain/event.ts';
import type { EndedCopy } from '../slow-copies.ts';

const readOf = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

/** Processes, but this one and those without its variable, that still run for whoever was killed. */
export const processesLeft = async (variable: string): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (!(await readOf(pid, 'environ')).split('\0').includes(variable)) return [];
      return [`process ${pid} still runs: ${(await readOf(pid, 'cmdline')).replaceAll('\0', ' ').trim()}`];
    }),
  );
  return found.flat();
};

/** Programs that came to their end after the operations of whoever started them were claimed: nobody ended them first. */
export const outlivedTheirClaims = (
  events: readonly RecordedEvent[],
  ended: readonly EndedCopy[],
): readonly string[] => {
  const claimedAt = new Map<string, number>();
  for (const { data, meta } of events) {
    if (typeof data.from_executor !== 'string' || claimedAt.has(data.from_executor)) continue;
    claimedAt.set(data.from_executor, Date.parse(meta.at));
  }
  return ended.flatMap(({ executor, endedAt }) => {
    const late = endedAt - (claimedAt.get(executor) ?? Number.POSITIVE_INFINITY);
    return late > 0 ? [`a copy of ${executor} ended ${late} ms after its operation was claimed`] : [];
  });
};
