import { checksNamed } from '../../testing.ts';
import { checkName } from '../driver-check/text.ts';
import type { Report } from '../report.ts';
import { many } from '../shown.ts';
import { field } from '../table.ts';

/** The checks that have this in their names. */
export const listReport = (named: string): Report => {
  const checks = checksNamed(named).map((check) => ({
    check: checkName(check),
    needs: check.needs,
    cinderlib: (check.level === 'engine' ? check.cinderlib : undefined) ?? [],
  }));
  const words = (name: 'needs' | 'cinderlib') => ({
    ...field(name),
    of: (document: Readonly<Record<string, unknown>>) => (document[name] as readonly string[]).join(', ') || '-',
  });
  return many(checks, [field('check'), words('needs'), words('cinderlib')]);
};
