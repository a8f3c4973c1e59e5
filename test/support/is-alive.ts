import { processOf } from '../../src/drivers/kernel-processes.ts';

/** Whether a process runs: one that has ended may wait for whoever started it to hear of it. */
export const isAlive = async (pid: string): Promise<boolean> =>
  !['Z', undefined].includes((await processOf(pid))?.state);
