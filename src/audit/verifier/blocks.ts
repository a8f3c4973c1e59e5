import { Problem } from './problem.ts';

const LINE_FEED = 0x0a;
const MOST_LINE_BYTES = 256 * 1024 * 1024;

/** The bytes of a text in blocks of whole lines, whatever the chunks they come in. */
export async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, void> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield pieces.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...pieces, chunk.subarray(0, end)]);
      [pieces, held] = [[], 0];
    }
    if (end === chunk.length) continue;
    // A reader may fill its buffer again.
    pieces.push(Buffer.from(chunk.subarray(end)));
    held += chunk.length - end;
    if (held > MOST_LINE_BYTES) throw new Problem(`has a line of more than ${MOST_LINE_BYTES} bytes`);
  }
  if (held > 0) throw new Problem('ends within a line: it was cut off');
}

/** The end of the line that begins at `start`, without its line feed. */
export const endOfLine = (block: Buffer, start: number): number => block.indexOf(LINE_FEED, start);

/** The lines that hold these bytes. */
export async function* linesWith(
  needle: Buffer,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, void> {
  for await (const block of blocksOf(chunks)) {
    for (let at = block.indexOf(needle); at >= 0; ) {
      const start = block.lastIndexOf(LINE_FEED, at) + 1;
      const end = endOfLine(block, at);
      yield block.toString('utf8', start, end);
      at = block.indexOf(needle, end);
    }
  }
}
