import { rejections, ScoriaError } from '../domain/errors.ts';

type Pairs = Readonly<Record<string, string>>;

const invalid = (message: string, remedy: string): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(message, remedy));

/** `key=value`; the first "=" divides, so that a value may hold others. */
const pair = (before: string, given: string): readonly [string, string] => {
  const at = given.indexOf('=');
  if (at > 0) return [given.slice(0, at), given.slice(at + 1)];
  throw invalid(`${before}${JSON.stringify(given)} is not of the form key=value`, `give ${before}key=value`);
};

/** Collects an option that may be repeated, for commander. */
export const pairsOf =
  (option: string) =>
  (given: string, before: Pairs = {}): Pairs =>
    Object.fromEntries([...Object.entries(before), pair(`${option} `, given)]);

export const pairsFrom = (given: readonly string[]): Pairs => Object.fromEntries(given.map((one) => pair('', one)));

export const listOf = (given: string, before: readonly string[] = []): readonly string[] => [...before, given];

export const positionOf = (given: string): bigint => {
  if (/^\d{1,19}$/.test(given)) return BigInt(given);
  throw invalid(`the position ${JSON.stringify(given)} is not one`, 'give a position of the log, such as 42');
};

export const countOf = (given: string): number => {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw invalid(`${JSON.stringify(given)} is not a count`, 'give a whole number, such as 20');
};

export const secondsOf = (given: string): number => {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(given)) return Number(given);
  throw invalid(`${JSON.stringify(given)} is not a time in seconds`, 'give a number such as 30 or 0.5');
};

/** Without what was not given, which a strict schema would take for a mistake. */
export const given = <Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
