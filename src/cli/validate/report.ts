import { release, type } from 'node:os';
import type { UsableBackend } from '../../config/validation-file.ts';
import type { Rejection } from '../../domain/errors.ts';
import type { CheckReport, DriverReport } from '../../testing.ts';
import { VERSION } from '../version.ts';

export const CHECK_STATUSES = ['passed', 'failed', 'not run', 'not supported'] as const;
export type Counts = Readonly<Record<(typeof CHECK_STATUSES)[number], number>>;

/** How the validation of one backend ended. Only `passed` is good. */
export type BackendStatus =
  | 'passed'
  | 'failed'
  | 'not all run'
  | 'no driver'
  | 'not usable'
  | 'interrupted'
  | 'not begun';

export interface BackendValidation extends Pick<DriverReport, 'capabilities' | 'storage' | 'checks' | 'leftovers'> {
  readonly name: string;
  /** As the file has it. */
  readonly volume_driver: string;
  readonly status: BackendStatus;
  /** Without credentials; empty where no driver says which options are some. */
  readonly options: UsableBackend['shown'];
  readonly counts: Counts;
  /** What kept the backend from being tried. */
  readonly error: Pick<Rejection, 'code' | 'message' | 'remedy'> | null;
  /** Where the record of it is; `null` when it was taken away. */
  readonly journal: string | null;
  /** What to type to take away what is left. */
  readonly clean_up: string | null;
  readonly duration_ms: number;
}

/** What a validation found. It holds no credentials, and may be sent to others. */
export interface ValidationReport {
  readonly file: string;
  readonly begun_at: string;
  readonly duration_ms: number;
  readonly versions: { readonly scoria: string; readonly node: string; readonly kernel: string };
  /** Decimals of a size in GiB that had to be right; 0: every byte. */
  readonly size_precision: number;
  readonly passed: boolean;
  readonly interrupted: boolean;
  readonly counts: Counts;
  readonly backends: readonly BackendValidation[];
}

export const versions = (): ValidationReport['versions'] => ({
  scoria: VERSION,
  node: process.versions.node,
  kernel: `${type()} ${release()} ${process.arch}`,
});

export const countsOf = (checks: readonly CheckReport[]): Counts => {
  const entries = CHECK_STATUSES.map((status) => [status, checks.filter((check) => check.status === status).length]);
  return Object.fromEntries(entries) as Counts;
};

const UNTRIED = {
  options: {},
  capabilities: [],
  storage: null,
  checks: [],
  leftovers: [],
  counts: countsOf([]),
  error: null,
  journal: null,
  clean_up: null,
  duration_ms: 0,
} as const;

type Named = Pick<BackendValidation, 'name' | 'volume_driver' | 'status'>;

/** A backend on which no check was run. */
export const untried = (named: Named, known: Partial<BackendValidation> = {}): BackendValidation => ({
  ...UNTRIED,
  ...named,
  ...known,
});

/** What the checks of a backend amount to. */
export const statusOf = ({ passed, interrupted, checks }: DriverReport): BackendStatus => {
  if (interrupted) return 'interrupted';
  if (!passed) return 'failed';
  return checks.some(({ status }) => status === 'not run') ? 'not all run' : 'passed';
};

/** `6 passed, 1 failed`: those of which there are some. */
export const countsText = (counts: Counts): string =>
  CHECK_STATUSES.filter((status) => counts[status] > 0 || status === 'passed')
    .map((status) => `${counts[status]} ${status}`)
    .join(', ');

export const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A fact in words, with its name. */
export type Fact = readonly [name: string, said: string];

/** Everything about the backend that is one fact. */
export const factsOf = ({ volume_driver, storage, capabilities, duration_ms }: BackendValidation): readonly Fact[] => {
  const time: Fact = ['Time', secondsText(duration_ms)];
  if (storage === null) return [['Driver', volume_driver], time];
  const { vendor_name, driver_version, storage_protocol } = storage;
  return [
    ['Driver', volume_driver],
    ['Storage', `${vendor_name}, driver ${driver_version}, ${storage_protocol}`],
    ['Capabilities', capabilities.join(', ') || 'none'],
    time,
  ];
};
