import fc from 'fast-check';

import { oddText } from './odd-values.ts';

const CHANGES = ['truncate', 'drop line', 'repeat line', 'swap lines', 'insert', 'cut', 'flip', 'splice'] as const;

/** A change of a text, by lines or by bytes; the numbers say where, whatever its length. */
export interface TextChange {
  readonly change: (typeof CHANGES)[number];
  readonly at: number;
  readonly other: number;
  readonly piece: string;
}

export const textChange = (pieces: fc.Arbitrary<string>): fc.Arbitrary<TextChange> =>
  fc.record(
    { change: fc.constantFrom(...CHANGES), at: fc.nat(), other: fc.nat(), piece: fc.oneof(pieces, oddText) },
    { noNullPrototype: true },
  );

const CUT_BYTES = 40;

const changedLines = (text: string, { change, at, other }: TextChange): string => {
  const lines = text.split('\n');
  const [first, second] = [at % lines.length, other % lines.length];
  const [one, two] = [lines[first] ?? '', lines[second] ?? ''];
  if (change === 'drop line') return lines.toSpliced(first, 1).join('\n');
  if (change === 'repeat line') return lines.toSpliced(second, 0, one).join('\n');
  return lines.with(first, two).with(second, one).join('\n');
};

const changedBytes = (bytes: Buffer, { change, at, other, piece }: TextChange, spliced: Buffer): Buffer => {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (change === 'truncate') return before;
  if (change === 'cut') return Buffer.concat([before, after.subarray(1 + (other % CUT_BYTES))]);
  if (change === 'insert') return Buffer.concat([before, Buffer.from(piece), after]);
  if (change === 'splice') return Buffer.concat([before, spliced.subarray(other % (spliced.length + 1))]);
  const flipped = Buffer.from(bytes);
  if (place < flipped.length) flipped[place] = (flipped[place] ?? 0) ^ (1 << (other % 8));
  return flipped;
};

/** The text after the change; `spliced` is the other text of a splice. */
export const changeText = (bytes: Buffer, change: TextChange, spliced: Buffer): Buffer =>
  change.change.endsWith('line') || change.change.endsWith('lines')
    ? Buffer.from(changedLines(bytes.toString('latin1'), change), 'latin1')
    : changedBytes(bytes, change, spliced);

export const describeChange = ({ change, at, other, piece }: TextChange): string =>
  `${change} at ${at}, ${other}${change === 'insert' ? `: ${JSON.stringify(piece.slice(0, 40))}` : ''}`;
