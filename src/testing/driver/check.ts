import type { Capability } from '../../domain/backend/backend.ts';
import type { DriverTrial } from './trial.ts';

/** What must be there for a check to be made: a capability of the driver, or a host that gets at volumes' bytes. */
export type Need = Capability | 'bytes';

/** One promise of the drivers' contract. */
export interface DriverCheck {
  /** A sentence about the driver without its subject: `deletes twice`. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Ends in an error whose message says what the driver does and what would be right. */
  run(trial: DriverTrial): Promise<void>;
}

export const check = (name: string, needs: readonly Need[], run: DriverCheck['run']): DriverCheck => ({
  name,
  needs,
  run,
});
