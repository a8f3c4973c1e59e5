import { capacity } from './capacity.ts';
import { inventory } from './inventory.ts';
import type { TableProjection } from './projection.ts';

/** The projections that every engine has. */
export const builtInProjections: readonly TableProjection[] = [inventory, capacity];
