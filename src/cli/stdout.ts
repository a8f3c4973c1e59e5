import { interruption } from './interruption.ts';

/** Aborted when nobody reads standard output any more, as with `| head -1`. */
const gone = new AbortController();

export const readerGone: AbortSignal = gone.signal;

export const markReaderGone = (): void => gone.abort();

/** A closed pipe or terminal ends the output quietly; any other failure to write is an error. */
export const watchPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const closed = error.code === 'EPIPE' || (error.code === 'EIO' && stream.isTTY);
      if (!closed) throw error;
      if (stream === process.stdout) gone.abort();
    });
  }
};

/** Resolves when the stream has taken the text, so that a slow reader slows us down; or when one is interrupted meanwhile. */
export const write = (text: string): Promise<void> => {
  if (readerGone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const taken = (): void => {
      interruption.removeEventListener('abort', taken);
      resolve();
    };
    interruption.addEventListener('abort', taken);
    process.stdout.write(text, taken);
  });
};
