import type { Command } from 'commander';
import { type Rejection, ScoriaError } from '../../domain/errors.ts';
import type { Seen } from '../../library/look.ts';
import type { Status } from '../../library/status.ts';
import { secondsOf } from '../arguments.ts';
import { withExamples } from '../examples.ts';
import { metered } from '../metered.ts';
import { printable } from '../printable.ts';
import { print } from '../report.ts';
import { configurationFor } from '../session.ts';
import { LAG_COLUMNS, lagDocument, lagText } from '../shown-lag.ts';
import { fields, table } from '../table.ts';
import { action, refusePast } from '../verbs.ts';

const WITHIN_SECONDS = 10;

interface StatusOptions {
  readonly within: number;
}

export const statusVerb = (program: Command): void => {
  const verb = program
    .command('status')
    .description('whether the log can be reached, its read models here follow it, and its sealing keeps up')
    .option('--within <seconds>', 'so long the log and the read models may take to answer', secondsOf, WITHIN_SECONDS)
    .action(
      action<StatusOptions>(async (_operands, options) => {
        refusePast(options);
        const [{ engine }, { lookWithin }] = await Promise.all([
          configurationFor(options),
          import('../../library/look.ts'),
        ]);
        const seen = await metered(options, (watching) =>
          lookWithin(options.within * 1000, { ...engine, ...watching }),
        );
        await print({ json: documentOf(seen), text: () => textOf(seen) }, options.json ?? false);
        const [worst] = seen.findings.toSorted((one, other) => weightOf(one) - weightOf(other));
        if (worst !== undefined) throw new ScoriaError(worst);
      }),
    );
  withExamples(verb, ['scoria status', "scoria status --within 5 --json | jq '.findings[].code'"]);
};

/** What lags is the least of what may be found. */
const weightOf = ({ kind }: Rejection): number => (kind === 'behind' ? 1 : 0);

const documentOf = ({ log, status, findings }: Seen) => ({
  ok: findings.length === 0,
  log,
  head: status?.head ?? null,
  projections: (status?.projections ?? []).map(lagDocument),
  sealing: sealingDocument(status),
  findings: findings.map(({ code, message, remedy, details }) => ({ code, message, remedy, details })),
});

const sealingDocument = (status: Status | null) => {
  if (!status?.sealing) return null;
  const { sealed, lag, everyEvents = null, everyMs } = status.sealing;
  return {
    sealed_events: sealed,
    lag,
    every_events: everyEvents,
    every_seconds: everyMs === undefined ? null : everyMs / 1000,
  };
};

const textOf = ({ log, status, findings }: Seen): string => {
  const told = findings.map(
    ({ code, message, remedy }) => `${code}: ${printable(message)}\n  hint: ${printable(remedy)}`,
  );
  const verdict = told.length === 0 ? ['all is well'] : told;
  if (status === null) return [fields({ log }), '', ...verdict].join('\n');
  const { head, projections, sealing } = status;
  return [
    fields({ log, head: String(head), sealed: sealing?.sealed, unsealed: sealing && lagText(sealing.lag) }),
    '',
    table(projections.map(lagDocument), LAG_COLUMNS),
    '',
    ...verdict,
  ].join('\n');
};
