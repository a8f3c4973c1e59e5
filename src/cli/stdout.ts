import { fstatSync, writeSync } from 'node:fs';
import { outputNotWritten } from '../library/output.ts';
import { interruption } from './interruption.ts';

/** Aborted when nobody reads standard output any more, as with `| head -1`. */
const gone = new AbortController();

export const readerGone: AbortSignal = gone.signal;

export const markReaderGone = (): void => gone.abort();

/** A closed pipe or terminal ends the output quietly; any other failure to write is an error, of which `failed` hears. */
export const watchPipes = (failed: (error: Error) => void): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const closed = error.code === 'EPIPE' || (error.code === 'EIO' && stream.isTTY);
      // Of standard error nobody can be told; what the command does is not to suffer from it.
      if (stream === process.stderr) return;
      if (!closed) failed(error);
      gone.abort();
    });
  }
};

/** Resolves when the stream has taken the text, so that a slow reader slows us down; or when one is interrupted meanwhile. */
export const write = (text: string): Promise<void> => {
  if (readerGone.aborted) return Promise.resolve();
  if (isFile()) return writeToFile(text);
  return new Promise((resolve) => {
    const taken = (): void => {
      interruption.removeEventListener('abort', taken);
      resolve();
    };
    interruption.addEventListener('abort', taken);
    process.stdout.write(text, taken);
  });
};

const STDOUT = 1;
const isFile = (): boolean => fstatSync(STDOUT).isFile();

/** To the end: of a write that a full disk cut short, process.stdout says nothing. */
const writeToFile = async (text: string): Promise<void> => {
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(STDOUT, bytes, written);
  } catch (error) {
    throw outputNotWritten('standard output', error) ?? error;
  }
};

/** Resolves when the streams have taken what was written, or nobody reads it any more. */
export const allTaken = async (): Promise<void> => {
  await Promise.all([process.stdout, process.stderr].map(taken));
};

const taken = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.once('close', resolve).write('', () => resolve());
  });
