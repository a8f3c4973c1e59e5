import { describe, it } from 'vitest';
import {
  decideDetachVolume,
  VolumeDetached,
  VolumeDetachmentFailed,
  VolumeDetachmentRequested,
} from '../../../src/domain/volume/detach.ts';
import { by } from '../given.ts';
import { attached, CONNECTION, connected, created, FAILURE, givenVolume, KNOWN, UNKNOWN, VOLUME } from '../volumes.ts';

const DETACH = { volume_id: VOLUME, connection_id: CONNECTION };
const requested = (force = false) => VolumeDetachmentRequested.of({ connection_id: CONNECTION, force });

describe('detaching a volume', () => {
  it.each([
    ['attached', attached()],
    ['connected only', connected()],
  ])('begins when it is %s', (_, events) => {
    const given = givenVolume(...created(), ...events);
    given.when(decideDetachVolume, DETACH, KNOWN).thenRecords(requested());
    given.when(decideDetachVolume, { ...DETACH, force: true }, KNOWN).thenRecords(requested(true));
  });

  it('is open until its outcome, and leaves the facts to its children', () => {
    const events = [...created(), ...attached(), by('parent', requested())];
    givenVolume(...events).thenState({ open: [{ command_id: 'parent' }] });
    for (const outcome of [
      VolumeDetached.of({ connection_id: CONNECTION }),
      VolumeDetachmentFailed.of({ connection_id: CONNECTION, failure: FAILURE }),
    ]) {
      givenVolume(...events, by('parent', outcome)).thenState({ volume: { status: 'in-use' }, open: [] });
    }
  });

  it('has nothing to do twice', () => {
    givenVolume(...created())
      .when(decideDetachVolume, DETACH, KNOWN)
      .thenNothing();
  });

  it('is refused for a connection that never was', () => {
    givenVolume(...created())
      .when(decideDetachVolume, DETACH, UNKNOWN)
      .thenRefused('ConnectionNotFound', CONNECTION, 'connection list');
  });
});
