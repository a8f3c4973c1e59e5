import { constants, createReadStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { writeDurably } from '../library/durable-file.ts';
import { outputNotWritten } from '../library/output.ts';
import { interruption } from './interruption.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The text of a file, or of standard input for `-`. */
export const readText = async (what: string, file: string): Promise<string> => {
  try {
    return file === '-' ? await textOf(standardInput()) : await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(what, file, error);
  }
};

/** The same piece by piece: an export may be larger than a text can be. */
export async function* readPieces(what: string, file: string): AsyncGenerator<string, void, void> {
  try {
    yield* file === '-' ? standardInput() : createReadStream(file, { encoding: 'utf8' });
  } catch (error) {
    throw unreadable(what, file, error);
  }
}

/** It may be a terminal at which nobody types any more. */
const standardInput = () => addAbortSignal(interruption, process.stdin.setEncoding('utf8'));

const unreadable = (what: string, file: string, error: unknown): unknown => {
  if (interruption.aborted) return interruption.reason;
  const remedy = `give the path of the ${what}, or - for standard input`;
  return new ScoriaError(rejections.InvalidInput(`the ${what} cannot be read: ${reasonOf(error)}`, remedy, { file }), {
    cause: error,
  });
};

export const readJsonObject = async (what: string, file: string): Promise<JsonObject> => {
  const text = await readText(what, file);
  const parsed = parsedJson(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject;
  throw new ScoriaError(
    rejections.InvalidInput(
      `the ${what} ${file} is not a JSON object`,
      'give a file with one JSON object, such as { "host": "node1" }',
      {
        file,
      },
    ),
  );
};

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The whole file or none of it, and on disk when this resolves. */
export const writeAtomically = (file: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> =>
  writeAllTheSame(file, uninterrupted(chunks));

/** The same, also of what an interrupted command has to say. */
export const writeAllTheSame = async (
  file: string,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<void> => {
  try {
    await writeDurably(file, chunks);
  } catch (error) {
    throw outputNotWritten(file, error) ?? unwritable(file, error);
  }
};

async function* uninterrupted(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    interruption.throwIfAborted();
    yield chunk;
  }
}

/** For work that takes long before it is written: whether a file can come to be there. */
export const assertWritable = async (file: string): Promise<void> => {
  try {
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
  const there = await stat(file).catch(() => null);
  if (there?.isDirectory()) throw invalidPlace(file, 'it is a directory');
};

const invalidPlace = (file: string, reason: string, cause?: unknown): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(`${file} cannot be written: ${reason}`, 'give a path that can be written', { file }),
    { cause },
  );

const unwritable = (file: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error ? invalidPlace(file, error.message, error) : error;
