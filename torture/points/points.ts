/** Where a process ends itself, or stands still: at a point, when it gets there for the n-th time. */
export interface Doom {
  readonly point: string;
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

let doom: Doom | null = null;
let passed = 0;

export const dieAt = (given: Doom | null): void => {
  doom = given;
  passed = 0;
};

export const isDoomedAt = (point: string): boolean => doom?.point === point;

/** The process may be at its end here. SIGKILL to oneself does not return. */
export const at = (point: string): void => {
  if (doom?.point !== point) return;
  passed += 1;
  if (passed === doom.nth) process.kill(process.pid, doom.signal);
};
