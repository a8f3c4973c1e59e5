import type { Command } from 'commander';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { EnsuredExports } from '../index.ts';
import { print, type Report } from './report.ts';
import { field, identifier, table } from './table.ts';
import { writing } from './verbs.ts';

export const ensureExportsVerb = (group: Command): void => {
  group
    .command('ensure-exports <name>')
    .description('make the exports of connected volumes again where they are gone, as after a reboot')
    .action(
      writing<object, readonly [string]>(async ({ engine, context }, [name], { json = false }) => {
        const report = await (await engine.backend(name)).ensureExports(context);
        return report.failed.length === 0 ? reportOf(report) : notEnsured(report, json);
      }),
    );
};

const COLUMNS = [identifier('volume_id', 'volume'), field('code'), field('message'), field('remedy')];

const reportOf = (report: EnsuredExports): Report => ({
  json: report,
  text: () => {
    const { backend, ensured, failed } = report;
    const outcome = `backend ${backend}: ${ensured.length} export(s) ensured, ${failed.length} failed`;
    return failed.length === 0 ? outcome : `${outcome}\n\n${table(failed.map(rowOf), COLUMNS)}`;
  },
});

const rowOf = ({ volume_id, error: { code, message, remedy } }: EnsuredExports['failed'][number]) => ({
  volume_id,
  code,
  message,
  remedy,
});

/** The report goes to standard output all the same. */
const notEnsured = async (report: EnsuredExports, json: boolean): Promise<never> => {
  await print(reportOf(report), json);
  const { backend, failed } = report;
  throw new ScoriaError(
    rejections.ExportsNotEnsured(
      `${failed.length} export(s) of backend "${backend}" were not ensured`,
      'the report says why; ensure them again when that is mended',
      { backend, volumes: failed.map(({ volume_id }) => volume_id) },
    ),
  );
};
