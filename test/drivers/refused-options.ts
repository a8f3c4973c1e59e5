import { ScoriaError } from '../../src/domain/errors.ts';

/** `OPTION: what is wrong with it`, of options that must be refused. */
export const optionRefusal = (parse: () => unknown): string => {
  try {
    parse();
  } catch (error) {
    if (error instanceof ScoriaError) return `${String(error.rejection.details.option)}: ${error.message}`;
  }
  throw new Error('it was not refused');
};
