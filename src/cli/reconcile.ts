import type { Command } from 'commander';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Difference, Reconciliation } from '../index.ts';
import { printable } from './printable.ts';
import { quoted } from './quoted.ts';
import { print, type Report } from './report.ts';
import { asDocument, deleted } from './shown.ts';
import { type Column, field, identifier, status, table } from './table.ts';
import { writing } from './verbs.ts';

type Name = readonly [string];

export const reconcileVerbs = (group: Command): void => {
  group
    .command('reconcile <name>')
    .description('compare all that the array has with the record; changes neither')
    .action(
      writing<object, Name>(async ({ engine }, [name], { json = false }) => {
        const found = await (await engine.backend(name)).reconcile();
        const report = reportOf(found);
        return found.differences.length === 0 ? report : differs(report, found, json);
      }),
    );
  group
    .command('delete-resource <name> <reference>')
    .description('delete what only the array has, by the name that `reconcile` shows; give --reason')
    .action(
      writing<object, readonly [string, string]>(async (session, [name, reference]) => {
        await session.give({ type: 'DeleteResource', name, reference });
        return deleted('resource', reference);
      }),
    );
};

/** The report goes to standard output all the same. */
const differs = async (report: Report, { backend, differences }: Reconciliation, json: boolean): Promise<never> => {
  await print(report, json);
  throw new ScoriaError(
    rejections.BackendDiffers(
      `backend "${backend}" and the record differ in ${differences.length} thing(s)`,
      'the report says what mends each',
      { backend, differences: differences.length },
    ),
  );
};

const COLUMNS: readonly Column[] = [
  field('difference'),
  field('kind'),
  identifier('id'),
  identifier('reference', 'on the array'),
  field('size_bytes', 'bytes', 'right'),
  status(),
  field('recorded_size_bytes', 'recorded', 'right'),
  identifier('volume_id', 'volume'),
];

const reportOf = (found: Reconciliation): Report => ({
  json: { ...found, differences: found.differences.map((one) => ({ ...one, mend: mendsOf(found.backend, one) })) },
  text: () => [...linesOf(found)].join('\n'),
});

function* linesOf({ backend, resources, volumes, differences, open }: Reconciliation): Generator<string> {
  const outcome = differences.length === 0 ? 'they agree' : `${differences.length} thing(s) differ`;
  yield `backend ${backend}: the array has ${resources} resource(s), the record ${volumes} volume(s); ${outcome}`;
  if (open.length > 0) {
    yield '\nnot compared, because it has no outcome (`scoria recover --list`):';
    yield table(open.map(asDocument), OPEN_COLUMNS);
  }
  if (differences.length === 0) return;
  yield `\n${table(differences.map(asDocument), COLUMNS)}\n`;
  yield 'what mends it, each with --reason:';
  for (const difference of differences) {
    for (const line of mendsOf(backend, difference)) yield `  ${printable(line)}`;
    if (difference.reason_not_safe !== null) yield `    (${printable(difference.reason_not_safe)})`;
  }
}

const OPEN_COLUMNS = [field('operation'), identifier('volume_id', 'volume'), field('subject'), field('question')];

const GIB = 1024n ** 3n;

/** Command lines of which each would do; whoever knows what happened chooses. */
const mendsOf = (backend: string, difference: Difference): readonly string[] => {
  const { kind, id, reference, reason_not_safe, status } = difference;
  switch (difference.difference) {
    case 'unknown': {
      if (status !== null && status !== 'deleted') return [`scoria ${kind} delete ${id}`];
      const ends = `scoria backend delete-resource ${quoted(backend)} ${quoted(reference ?? '')}`;
      const adopts = `scoria volume adopt ${quoted(backend)} ${quoted(reference ?? '')}`;
      return kind === 'volume' && reason_not_safe === null ? [adopts, ends] : [ends];
    }
    case 'missing':
      if (kind === 'volume') return [`scoria volume forget ${id}`];
      if (kind === 'snapshot') return [`scoria snapshot delete ${id}`];
      return [
        `scoria backend ensure-exports ${quoted(backend)}`,
        ...(kind === 'connection' ? [`scoria connection delete ${id} --force`] : []),
      ];
    case 'size':
      return [
        kind === 'volume' ? `scoria volume extend ${id} ${largerGiB(difference)}` : `scoria snapshot delete ${id}`,
      ];
  }
};

const largerGiB = ({ size_bytes, recorded_size_bytes }: Difference): bigint => {
  const [bytes, recorded] = [BigInt(size_bytes ?? 0), BigInt(recorded_size_bytes ?? 0)];
  return ((bytes > recorded ? bytes : recorded) + GIB - 1n) / GIB;
};
