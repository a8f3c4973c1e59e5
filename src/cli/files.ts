import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
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
export const writeAtomically = async (
  file: string,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<void> => {
  try {
    await writeDurably(file, uninterrupted(chunks));
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

const unwritable = (file: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error
    ? new ScoriaError(
        rejections.InvalidInput(`${file} cannot be written: ${error.message}`, 'give a path that can be written', {
          file,
        }),
        { cause: error },
      )
    : error;
