import { describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../../src/drivers/contract.ts';
import {
  cloneSnapName,
  copyName,
  deletedName,
  imageNamedBy,
  snapshotName,
  snapshotNamedBy,
  volumeName,
} from '../../../src/drivers/rbd/names.ts';

const UUID = '0b0a9a5c-6a1e-4a3f-9a47-2f3f0a6a3c11';

describe('names on RBD', () => {
  test("are Cinder's, and tell what they name", () => {
    const names = [volumeName(UUID), deletedName(volumeName(UUID)), snapshotName(UUID), cloneSnapName(UUID)];
    expect(names).toEqual([
      `volume-${UUID}`,
      `volume-${UUID}.deleted`,
      `snapshot-${UUID}`,
      `volume-${UUID}.clone_snap`,
    ]);
    expect(imageNamedBy(volumeName(UUID))).toEqual({ kind: 'volume', id: UUID });
    expect(imageNamedBy(deletedName(volumeName(UUID)))).toEqual({ kind: 'deleted', id: UUID });
    expect(imageNamedBy(copyName(UUID))).toEqual({ kind: 'copy', id: UUID });
    expect(snapshotNamedBy(snapshotName(UUID))).toEqual({ kind: 'snapshot', id: UUID });
    expect(snapshotNamedBy(deletedName(snapshotName(UUID)))).toEqual({ kind: 'deleted', id: UUID });
    expect(snapshotNamedBy(cloneSnapName(UUID))).toEqual({ kind: 'clone_snap', id: UUID });
    for (const name of ['root', 'volume-', 'snapshot-', `${UUID}.deleted`]) expect(imageNamedBy(name)).toBeNull();
  });

  test.each([
    ['one.deleted', /ends with \.deleted/],
    ['one.clone_snap', /ends with \.clone_snap/],
    ['a/b', /characters/],
    ['a@b', /characters/],
  ])('refuse %s', (id, message) => {
    let refusal: unknown;
    try {
      volumeName(id);
    } catch (error) {
      refusal = error;
    }
    expect(isDriverFailure(refusal)).toBe(true);
    expect((refusal as Error).message).toMatch(message);
  });
});
