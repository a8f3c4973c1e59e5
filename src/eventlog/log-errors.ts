import { rejections, ScoriaError } from '../domain/errors.ts';
import type { WrongRevision } from './port.ts';

export const logClosed = (name: string): ScoriaError =>
  new ScoriaError(rejections.LogClosed(`The log ${name} is closed`, 'Open it again before using it', { log: name }));

export const logNotEmpty = (name: string): ScoriaError =>
  new ScoriaError(
    rejections.LogNotEmpty(`The log ${name} already holds events`, 'Load into a log that holds none', { log: name }),
  );

export const wrongRevision = (name: string, { stream, expected, actual }: WrongRevision): ScoriaError =>
  new ScoriaError(
    rejections.WrongRevision(
      `In the log ${name} the stream ${stream} stands at revision ${actual}, not at ${expected}`,
      'Give the events of each stream in order, without a gap',
      { log: name, stream, expected: String(expected), actual: String(actual) },
    ),
  );
