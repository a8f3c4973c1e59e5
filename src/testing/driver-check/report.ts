import type { BackendStats, Capability } from '../../domain/backend/backend.ts';
import type { Leftover } from '../driver/clean-up.ts';
import type { LifecycleFailure } from '../lifecycle/check-lifecycle.ts';

/** How one check ended. */
export interface CheckReport {
  readonly level: 'driver' | 'engine';
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'not supported' | 'not run';
  /** The tests of cinderlib's that it stands for. */
  readonly cinderlib?: readonly string[];
  /** What was wrong, or why it was not run. */
  readonly message?: string;
  /** What the driver, or Scoria, said would be right. */
  readonly remedy?: string;
  readonly duration_ms: number;
}

/** How the lifecycle model ended. */
export interface ModelReport {
  readonly status: 'passed' | 'failed' | 'interrupted';
  readonly runs: number;
  readonly seed: number;
  readonly max_commands: number;
  readonly failure?: LifecycleFailure;
  readonly duration_ms: number;
}

/** What a check of a driver found. */
export interface DriverReport {
  readonly driver: string;
  readonly backend: string;
  readonly capabilities: readonly Capability[];
  /** What the driver says of the storage; `null` when that is not known. */
  readonly storage: Pick<BackendStats, 'vendor_name' | 'driver_version' | 'storage_protocol'> | null;
  readonly checks: readonly CheckReport[];
  /** `null` when it was not asked for, or not reached. */
  readonly model: ModelReport | null;
  /** What is still on the array. */
  readonly leftovers: readonly Leftover[];
  readonly interrupted: boolean;
  readonly passed: boolean;
}

/** What is told while a check goes on. */
export type Progress =
  | { readonly kind: 'check begins'; readonly number: number; readonly of: number; readonly name: string }
  | { readonly kind: 'check ended'; readonly number: number; readonly of: number; readonly report: CheckReport }
  | { readonly kind: 'run ended'; readonly done: number; readonly of: number; readonly shortest: number | null };
