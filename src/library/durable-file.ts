import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Writes the whole file or none of it; it is on disk when this resolves. */
export const writeDurably = async (
  file: string,
  chunks: AsyncIterable<string> | Iterable<string>,
  { mode = 0o600 }: { readonly mode?: number } = {},
): Promise<void> => {
  const partial = join(dirname(file), `.${basename(file)}.${randomUUID()}.partial`);
  try {
    await using handle = await open(partial, 'wx', mode);
    for await (const chunk of chunks) await handle.write(chunk);
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
