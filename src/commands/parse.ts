import * as E from 'fp-ts/lib/Either.js';
import type { z } from 'zod';
import type { CommandDefinition, InputOf } from '../domain/decision.ts';
import { type Rejection, rejections } from '../domain/errors.ts';
import { isTooDeep } from '../domain/json.ts';
import { nearest } from '../nearest.ts';

/** A command's input, checked against its schema: says which field is wrong, what is, and what would be right. */
export const parseInput = <Definition extends CommandDefinition>(
  definition: Definition,
  input: unknown,
): E.Either<Rejection, InputOf<Definition>> => {
  if (isTooDeep(input)) return E.left(tooDeep(definition.name));
  const parsed = definition.schema.safeParse(input);
  return parsed.success
    ? E.right(parsed.data as InputOf<Definition>)
    : E.left(invalidInput(definition.name, parsed.error, fieldsOf(definition.schema)));
};

const tooDeep = (name: string): Rejection =>
  rejections.InvalidInput(`${name}: its input is nested too deeply`, 'give objects and lists of a few levels', {
    command: name,
  });

const fieldsOf = (schema: z.ZodType): readonly string[] =>
  'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null ? Object.keys(schema.shape) : [];

export const invalidInput = (what: string, error: z.ZodError, fields: readonly string[]): Rejection => {
  const problems = error.issues.map((issue) => problemOf(issue, fields));
  return rejections.InvalidInput(
    `${what}: ${problems.map(inWords).join('; ')}`,
    fields.length > 0 ? `its fields are: ${fields.join(', ')}` : 'see the reference of commands',
    { command: what, problems: problems.map((problem) => ({ ...problem })) },
  );
};

const SAID = 3;

/** The first problems, each with its field. No value is repeated: it could be a credential. */
export const problemsIn = ({ issues }: z.ZodError): string => {
  const more = issues.length > SAID ? `; and ${issues.length - SAID} more` : '';
  return (
    issues
      .slice(0, SAID)
      .map((issue) => inWords(problemOf(issue, [])))
      .join('; ') + more
  );
};

interface Problem {
  readonly field: string;
  readonly problem: string;
}

const inWords = ({ field, problem }: Problem): string => (field === '' ? problem : `${field}: ${problem}`);

const problemOf = (issue: z.core.$ZodIssue, fields: readonly string[]): Problem => {
  const field = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') return { field, problem: issue.message };
  const problems = issue.keys.map((key) => {
    const meant = issue.path.length === 0 ? nearest(key, fields) : undefined;
    return `there is no field "${key}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  });
  return { field, problem: problems.join('; ') };
};
