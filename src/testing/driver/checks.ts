import type { DriverCheck } from './check.ts';
import { connectionChecks } from './checks/connections.ts';
import { cloneChecks, snapshotChecks } from './checks/copies.ts';
import { extendChecks } from './checks/extend.ts';
import { manageChecks, resourceChecks } from './checks/resources.ts';
import { freezeChecks, revertChecks } from './checks/states.ts';
import { volumeChecks } from './checks/volumes.ts';

/** What every driver promises (`src/drivers/contract.ts`), promise by promise. */
export const driverChecks: readonly DriverCheck[] = [
  ...volumeChecks,
  ...connectionChecks,
  ...extendChecks,
  ...cloneChecks,
  ...snapshotChecks,
  ...revertChecks,
  ...freezeChecks,
  ...resourceChecks,
  ...manageChecks,
];
