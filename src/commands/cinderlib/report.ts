import { type Rejection, rejections, ScoriaError } from '../../domain/errors.ts';

/**
 * `imported`: recorded, or to be; `known`: the record has it from an import before, or has it likewise; `conflict`: the
 * record has another under its id; `unusable`: it cannot be recorded; `deleted`: it is gone where it comes from.
 */
export type ImportOutcome = 'imported' | 'known' | 'conflict' | 'unusable' | 'deleted';

/** What becomes of one object of the source. */
export interface ImportedRecord {
  readonly kind: 'backend' | 'volume' | 'snapshot' | 'connection' | 'key_value';
  readonly id: string | null;
  readonly name: string | null;
  /** Where it stands in the source. */
  readonly place: string;
  readonly outcome: ImportOutcome;
  readonly problem: string | null;
  readonly remedy: string | null;
  /** What was changed on the way. */
  readonly notes: readonly string[];
}

export interface ImportReport {
  /** The SHA-256 of the source and its name, as the events have it. */
  readonly source: string;
  /** How many events were written. */
  readonly events: number;
  readonly records: readonly ImportedRecord[];
}

const SHOWN = 3;
const DETAILED = 100;

const isProblem = ({ outcome }: ImportedRecord): boolean => outcome === 'conflict' || outcome === 'unusable';

const titleOf = ({ kind, id, place, problem }: ImportedRecord): string =>
  `${kind.replace('_', '-')} ${id ?? ''} (${place}): ${problem}`;

/** Why nothing is written; `null` where all of the source can be. */
export const importRefusal = (records: readonly ImportedRecord[]): ScoriaError | null => {
  const problems = records.filter(isProblem);
  if (problems.length === 0) return null;
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  const said = problems.slice(0, SHOWN).map(titleOf).join('; ');
  const allConflict = problems.every(({ outcome }) => outcome === 'conflict');
  const rejection: Rejection = (allConflict ? rejections.AlreadyExists : rejections.InvalidDump)(
    `nothing was imported: ${problems.length} of ${records.length} records cannot be; ${said}${more}`,
    `${problems[0]?.remedy}; a dry run (--dry-run) tells of each, and leaving out (--leave-out) imports the others`,
    {
      problems: problems.slice(0, DETAILED).map(({ kind, id, place, outcome, problem, remedy }) => ({
        kind,
        id,
        place,
        outcome,
        problem,
        remedy,
      })),
    },
  );
  return new ScoriaError(rejection);
};
