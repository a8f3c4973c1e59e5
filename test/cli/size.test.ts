import { expect, test } from 'vitest';
import { sizeOf } from '../../src/cli/size.ts';
import { ScoriaError } from '../../src/domain/errors.ts';

const refusal = (given: string) => {
  try {
    sizeOf(given);
  } catch (error) {
    if (error instanceof ScoriaError) return error.rejection;
    throw error;
  }
  throw new Error(`${given} was taken`);
};

test.each([
  ['10', 10],
  ['10.0', 10],
  ['10G', 10],
  ['10g', 10],
  ['10GiB', 10],
  ['10 GiB', 10],
  ['1TiB', 1024],
  ['1.5T', 1536],
  ['0.5tib', 512],
  ['2P', 2 * 1024 ** 2],
  ['1024MiB', 1],
  ['1048576K', 1],
  ['10737418240B', 10],
  ['0', 0],
  ['-1', -1],
])('%s is %d GiB', (given, size) => {
  expect(sizeOf(given)).toBe(size);
});

test.each([
  ['10.5', '11'],
  ['10.5GiB', '11'],
  ['1025MiB', '2'],
  ['10737418241B', '11'],
  ['1B', '1'],
  ['0.0001TiB', '1'],
])('%s is no whole number of GiB: %s would be', (given, right) => {
  expect(refusal(given)).toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining('not a whole number of GiB'),
    remedy: `give ${right}, the next one`,
  });
});

test('gigabytes are not taken for GiB', () => {
  expect(refusal('10GB')).toMatchObject({ remedy: expect.stringContaining('10GiB') });
});

test.each(['', 'ten', '1e3', '0x10', '10 GiB extra', '10GiBB', '1,5', 'GiB', '.5', '1.', '٣', '--1'])(
  '%j is no size',
  (given) => {
    expect(refusal(given)).toMatchObject({ message: `the size ${JSON.stringify(given)} is not one` });
  },
);
