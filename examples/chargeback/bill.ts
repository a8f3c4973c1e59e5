import type { KeyedRow } from 'scoria';
import { type ChargebackRow, settle, type Usage } from './chargeback.ts';

/** A line of the bill: exact GiB-seconds, and GiB-hours rounded to thousandths. */
export interface BillLine {
  readonly month: string;
  readonly project: string;
  readonly volume_gib_seconds: string;
  readonly volume_gib_hours: string;
  readonly snapshot_gib_seconds: string;
  readonly snapshot_gib_hours: string;
}

const SECOND_MS = 1_000n;
const HOUR_MS = 3_600n * SECOND_MS;

/** Thousandths of a unit as decimal text, half up. */
const decimal = (gibMs: string, unitMs: bigint): string => {
  const thousandths = (BigInt(gibMs) * 2_000n + unitMs) / (2n * unitMs);
  return `${thousandths / 1_000n}.${String(thousandths % 1_000n).padStart(3, '0')}`;
};

const lineOf = ({ month, project, volume_gib_ms, snapshot_gib_ms }: Usage): BillLine => ({
  month,
  project,
  volume_gib_seconds: decimal(volume_gib_ms, SECOND_MS),
  volume_gib_hours: decimal(volume_gib_ms, HOUR_MS),
  snapshot_gib_seconds: decimal(snapshot_gib_ms, SECOND_MS),
  snapshot_gib_hours: decimal(snapshot_gib_ms, HOUR_MS),
});

/** What every project used in every month up to a time, which must not be earlier than the rows. */
export const billOf = (rows: readonly KeyedRow<ChargebackRow>[], until: Date): readonly BillLine[] => {
  // Settled in a copy: what goes on is counted up to `until`, and goes on.
  const copy = new Map(rows.map(({ key, row }) => [key, row]));
  for (const { key } of rows) settle(copy, key, until.toISOString());
  const usage = [...copy].filter((entry): entry is [string, Usage] => entry[1].kind === 'usage');
  return usage.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => lineOf(row));
};
