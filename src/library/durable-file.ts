import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const PIECE_CHARS = 256 * 1024;

/** Writes the whole file or none of it; it is on disk when this resolves. */
export const writeDurably = async (
  file: string,
  chunks: AsyncIterable<string> | Iterable<string>,
  { mode = 0o600 }: { readonly mode?: number } = {},
): Promise<void> => {
  const partial = join(dirname(file), `.${basename(file)}.${randomUUID()}.partial`);
  try {
    await using handle = await open(partial, 'wx', mode);
    for await (const text of inPieces(chunks)) await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, file).catch(async (error) => {
    await rm(partial, { force: true });
    throw error;
  });
  await using directory = await open(dirname(file), 'r');
  await directory.sync();
};

/** Many short chunks would be as many writes. */
async function* inPieces(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const chunk of chunks) {
    piece += chunk;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
