import type { z } from 'zod';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { type JsonPath, pathText } from './strict-json.ts';

/** Where in a loaded text something is wrong. */
export interface Place {
  /** From 1. */
  readonly line?: number | undefined;
  readonly field?: string | undefined;
}

const HOW = 'give a dump (`scoria dump`) or an export of events (`scoria events export`) as Scoria wrote it';

export const invalidDump = (problem: string, { line, field }: Place = {}, remedy = HOW): ScoriaError => {
  const where = [line === undefined ? '' : `line ${line}, `, field ? `${field}: ` : ''].join('');
  return new ScoriaError(
    rejections.InvalidDump(`it cannot be loaded: ${where}${problem}`, remedy, {
      ...(line === undefined ? {} : { line }),
      ...(field ? { field } : {}),
    }),
  );
};

export const writtenByNewer = (problem: string, place: Place = {}): ScoriaError =>
  invalidDump(`${problem}, which only a newer Scoria knows`, place, 'load it with the Scoria that wrote it, or newer');

/** What a schema found wrong first: at which path, and what. */
export const firstIssue = (error: z.ZodError): { readonly path: JsonPath; readonly problem: string } => {
  const [issue] = error.issues;
  if (issue === undefined) return { path: [], problem: 'does not have the expected form' };
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'invalid_union') return { path, problem: noneOf(issue) };
  if (issue.code !== 'unrecognized_keys') return { path, problem: issue.message };
  return { path: [...path, String(issue.keys[0])], problem: 'there is no such field' };
};

/** zod says only that no alternative fits; what they are is what helps. */
const noneOf = ({ errors, message }: z.core.$ZodIssueInvalidUnion): string => {
  const expected = errors.flat().flatMap((issue) => ('expected' in issue ? [String(issue.expected)] : []));
  return expected.length === 0 ? message : `must be one of: ${[...new Set(expected)].join(', ')}`;
};

export const fieldOf = (path: JsonPath): string | undefined => (path.length === 0 ? undefined : pathText(path));
