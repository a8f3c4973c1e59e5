import { describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../../src/drivers/contract.ts';
import { lvName, namedBy } from '../../../src/drivers/lvm/names.ts';

const UUID = '0b0a9a5c-6a1e-4a3f-9a47-2f3f0a6a3c11';
const GROUP = 'cinder-volumes';

describe('names on LVM', () => {
  test("are Cinder's, and tell what they name", () => {
    expect(lvName(GROUP, 'volume', UUID)).toBe(`volume-${UUID}`);
    expect(lvName(GROUP, 'snapshot', UUID)).toBe(`_snapshot-${UUID}`);
    for (const kind of ['volume', 'snapshot', 'copy', 'source'] as const) {
      expect(namedBy(lvName(GROUP, kind, UUID))).toEqual({ kind, id: UUID });
    }
    expect(namedBy('root')).toBeNull();
    expect(namedBy('volume-')).toBeNull();
  });

  test.each([
    ['a'.repeat(100), /too long for LVM/],
    ['-'.padStart(2, 'a').padEnd(60, '-'), /too long for LVM/],
    ['x_tdata', /holds _tdata/],
    ['a_rimage_0', /holds _rimage/],
    ['a/b', /characters/],
  ])('refuse %s', (id, message) => {
    let refusal: unknown;
    try {
      lvName(GROUP, 'volume', id);
    } catch (error) {
      refusal = error;
    }
    expect(isDriverFailure(refusal)).toBe(true);
    expect((refusal as Error).message).toMatch(message);
  });
});
