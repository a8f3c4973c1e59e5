import type { Globals } from './globals.ts';
import { interruption } from './interruption.ts';
import { type Meter, meterFor } from './meter.ts';

export interface Watching {
  readonly signal: AbortSignal;
  readonly onProgress?: Meter['show'];
}

/** Shows how far long work is, where somebody looks, until it ends. */
export const metered = async <Result>(
  options: Pick<Globals, 'json'>,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> => {
  const meter = meterFor(options);
  try {
    return await work({ signal: interruption, ...(meter === null ? {} : { onProgress: meter.show.bind(meter) }) });
  } finally {
    meter?.clear();
  }
};
