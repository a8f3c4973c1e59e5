import type { DriverCheck } from '../driver/check.ts';
import { copyChecks } from './checks/copies.ts';
import { hostChecks } from './checks/hosts.ts';
import { recordChecks } from './checks/records.ts';
import type { EngineTrial } from './trial.ts';

/** One promise of a backend to those who use it through an engine. */
export interface EngineCheck extends Pick<DriverCheck, 'name' | 'needs'> {
  /** The names of cinderlib's functional tests that it stands for. */
  readonly cinderlib?: readonly string[];
  run(trial: EngineTrial): Promise<void>;
}

/** cinderlib's functional tests, on a backend, through real commands and events. */
export const engineChecks: readonly EngineCheck[] = [...recordChecks, ...hostChecks, ...copyChecks];
