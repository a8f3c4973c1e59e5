/** Aborted when nobody reads standard output any more, as with `| head -1`. */
const gone = new AbortController();

export const readerGone: AbortSignal = gone.signal;

/** A closed pipe ends the output quietly; any other failure to write is an error. */
export const watchPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) gone.abort();
    });
  }
};

/** Resolves when the stream has taken the text, so that a slow reader slows us down. */
export const write = (text: string): Promise<void> => {
  if (readerGone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
};
