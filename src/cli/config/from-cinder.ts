import { existsSync } from 'node:fs';
import { fromCinder } from '../../config/cinder-conf/from-cinder.ts';
import { yamlText } from '../../config/cinder-conf/yaml-text.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { readText, writeAtomically } from '../files.ts';
import type { Globals } from '../globals.ts';
import { notice } from '../notices.ts';
import type { Report } from '../report.ts';
import { problemDocument, problemText } from './problems.ts';

export interface FromCinderOptions {
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly backend?: Readonly<Record<string, string>>;
}

/** The configuration on standard output or in a file, and on standard error what did not come along. */
export const fromCinderReport = async (file: string, options: FromCinderOptions & Globals): Promise<Report> => {
  const { output, overwrite = false, backend = {}, json = false } = options;
  if (output !== undefined && !overwrite && existsSync(output)) throw alreadyThere(output);
  const name = file === '-' ? 'standard input' : file;
  const { configuration, notes } = await fromCinder(name, await readText('configuration', file), backend);
  const text = await yamlText(configuration);
  if (!json) notice(notes.map(problemText));
  if (output !== undefined) await writeAtomically(output, [text]);
  const written = output === undefined ? {} : { file: output };
  return {
    json: { source: name, ...written, configuration, notes: notes.map(problemDocument) },
    text: () =>
      output === undefined ? text : `the configuration is in ${output}: \`scoria config check\` looks at it`,
  };
};

const alreadyThere = (file: string): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(`${file} is there already`, 'give another path, or --overwrite', { output: file }),
  );
