import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';

/** Where a setting stands: in a file, in a variable of the environment, or with whoever calls. */
export type Place =
  | { readonly source: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly source: 'environment'; readonly variable: string }
  | { readonly source: 'given' };

/** One mistake in the configuration. No value is repeated in it: it could be a credential. */
export interface Problem {
  readonly place: Place;
  /** `backends.store.directory`; empty for the file as a whole. */
  readonly field: string;
  /** What was wrong. */
  readonly message: string;
  /** What would be right. */
  readonly remedy: string;
}

export const fieldOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

const placeText = (place: Place): string => {
  if (place.source === 'file') return `${place.file}:${place.line}:${place.column}`;
  return place.source === 'environment' ? `environment variable ${place.variable}` : '';
};

/** `scoria.yaml:3:1: wiat: there is no such setting`. */
const problemText = ({ place, field, message }: Problem): string =>
  [placeText(place), field, message].filter((part) => part !== '').join(': ');

/** Those of the file first, from its top. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] => {
  const rank = ({ place }: Problem): readonly [number, number] =>
    place.source === 'file' ? [place.line, place.column] : [Number.POSITIVE_INFINITY, 0];
  return problems.toSorted((one, other) => {
    const [line, column] = rank(one);
    const [otherLine, otherColumn] = rank(other);
    return line === otherLine ? column - otherColumn : line - otherLine;
  });
};

/** The first problem as what a command is refused for. */
export const refusalOf = ([first, ...more]: readonly [Problem, ...Problem[]]): ScoriaError => {
  const others = more.length === 0 ? '' : '; `scoria config check` tells of the others';
  return new ScoriaError(
    rejections.InvalidConfiguration(problemText(first), first.remedy + others, {
      ...first.place,
      field: first.field,
    }),
  );
};

/** What a part of Scoria refused, at the place of the configuration that it comes from. */
export const problemAt = (place: Place, field: string, { message, remedy }: Rejection): Problem => ({
  place,
  field,
  message,
  remedy,
});

export const isNotEmpty = (problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] =>
  problems.length > 0;
