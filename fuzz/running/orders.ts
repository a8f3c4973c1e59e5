import { join } from 'node:path';
import type { Batch, Ran } from './batch.ts';

/** What a worker is asked for: a batch, or one input. */
export type Order = Batch | { readonly target: string; readonly input: unknown };

export type Answer = (Ran & { readonly heapBytes: number }) | { readonly outcome: string };

/** The input that is being given, in a file for whoever finds the worker dead. */
export interface Current {
  readonly target: string;
  readonly seed: number;
  /** Leads to it from the seed; `null` where it was not the seed that led to it. */
  readonly path: string | null;
  readonly input: unknown;
}

export const currentIn = (directory: string): string => join(directory, 'current.json');
