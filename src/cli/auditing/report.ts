import type { Command } from 'commander';
import { Option } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { ReportRow } from '../../index.ts';
import { csvLines } from '../csv.ts';
import { volumeId } from '../find.ts';
import { WHEN_FORMS, whenOf } from '../moment.ts';
import { mapped } from '../report.ts';
import { type Column, type Document, field, status, table, time } from '../table.ts';
import { reading } from '../verbs.ts';

interface ReportOptions {
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  readonly volume?: string;
  readonly csv?: boolean;
}

const FIELDS = [
  ...['position', 'at', 'user', 'project', 'command', 'stream', 'reason', 'outcome', 'ended_at', 'asked', 'answer'],
  'command_id',
] as const;

const COLUMNS: readonly Column[] = [
  field('position', 'position', 'right'),
  time('at', 'time'),
  { header: 'WHO', of: ({ user, project }) => `${user}@${project}`, whole: true },
  field('command'),
  status('outcome'),
  field('stream'),
  field('reason', 'why'),
  field('answer'),
];

/** Who did what, when, why, and with what outcome. */
export const reportVerb = (group: Command): void => {
  group
    .command('report')
    .description('who did what, when, why, with what outcome, and what the storage answered')
    .addOption(new Option('--from <when>', `from then on: ${WHEN_FORMS}`).argParser((given) => whenOf(given)))
    .addOption(new Option('--to <when>', 'up to then, likewise').argParser((given) => whenOf(given)))
    .option('--actor <name>', 'what a user (ada), or a user for a project (ada@mail), did')
    .option('--volume <volume>', 'what was done to a volume, also one that is gone')
    .option('--csv', 'as RFC 4180 text; what a spreadsheet would run gets an apostrophe')
    .action(
      reading<ReportOptions>(async (view, _operands, { from, to, actor, volume, csv, json }, session) => {
        if (csv && json) throw new ScoriaError(rejections.InvalidInput('--csv and --json are two formats', 'give one'));
        const about = volume === undefined ? undefined : await volumeId(session, volume);
        const rows = mapped(view.report({ from, to, actor, volume: about }), asRow);
        if (csv) return { verbatim: csvLines(FIELDS, rows) };
        const shown = json ? [] : await Array.fromAsync(rows);
        return { json: rows, text: () => table(shown, COLUMNS) };
      }, 'open'),
    );
};

const asRow = ({ position, ...row }: ReportRow): Document => ({ position: String(position), ...row });
