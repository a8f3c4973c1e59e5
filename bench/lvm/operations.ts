import type { Life, Pairs } from '../lives.ts';

type Operation = 'create' | 'snapshot' | 'delete snapshot' | 'attach' | 'detach' | 'delete';
export type LvmLife = Life<Operation>;

/** Attaching is connecting and attaching the device. */
export const PAIRS: Pairs<Operation> = {
  create: 1,
  snapshot: 1,
  'delete snapshot': 1,
  attach: 3,
  detach: 3,
  delete: 1,
};
