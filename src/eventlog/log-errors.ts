import { rejections, ScoriaError } from '../domain/errors.ts';
import type { WrongRevision } from './port.ts';

export const logClosed = (name: string): ScoriaError =>
  new ScoriaError(rejections.LogClosed(`the log ${name} is closed`, 'open it again before using it', { log: name }));

export const logNotEmpty = (name: string): ScoriaError =>
  new ScoriaError(
    rejections.LogNotEmpty(`the log ${name} already holds events`, 'load into a log that holds none', { log: name }),
  );

export const wrongRevision = (name: string, { stream, expected, actual }: WrongRevision): ScoriaError =>
  new ScoriaError(
    rejections.WrongRevision(
      `in the log ${name} the stream ${stream} stands at revision ${actual}, not at ${expected}`,
      'give the events of each stream in order, without a gap',
      { log: name, stream, expected: String(expected), actual: String(actual) },
    ),
  );
