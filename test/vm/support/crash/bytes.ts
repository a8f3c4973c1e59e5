import { open } from 'node:fs/promises';

const CHUNK_BYTES = 65_536;
/** At both ends of the first GiB, which every volume has. */
const OFFSETS = [0, 1024 ** 3 - CHUNK_BYTES];

const patternOf = (label: string): Buffer => Buffer.alloc(CHUNK_BYTES, `${label} `);

export const writeLabel = async (device: string, label: string): Promise<void> => {
  await using file = await open(device, 'r+');
  for (const offset of OFFSETS) await file.write(patternOf(label), 0, CHUNK_BYTES, offset);
  await file.sync();
};

/** Which of the labels the device holds at every place; `null` for anything else. */
export const labelOn = async (device: string, labels: readonly string[]): Promise<string | null> => {
  await using file = await open(device, 'r');
  const chunks = await Promise.all(
    OFFSETS.map(async (offset) => (await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset)).buffer),
  );
  return labels.find((label) => chunks.every((chunk) => chunk.equals(patternOf(label)))) ?? null;
};
