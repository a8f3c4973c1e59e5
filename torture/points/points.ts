/** Where a process ends itself, or stands still: at a point, when it gets there for the n-th time. */
export interface Doom {
  readonly point: string;
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

let doom: Doom | null = null;
let passed = 0;
let look: (point: string) => void = () => {};

export const dieAt = (given: Doom | null): void => {
  doom = given;
  passed = 0;
};

export const isDoomedAt = (point: string): boolean => doom?.point === point;

/** Tells every point that is passed from now on. */
export const onPoints = (listener: (point: string) => void): void => {
  look = listener;
};

/** The process may be at its end here. SIGKILL to oneself does not return. */
export const at = (point: string): void => {
  look(point);
  if (doom?.point !== point) return;
  passed += 1;
  if (passed === doom.nth) process.kill(process.pid, doom.signal);
};
