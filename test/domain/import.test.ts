import { describe, expect, it } from 'vitest';
import { BackendImported } from '../../src/domain/backend/aggregate.ts';
import { VolumeImported } from '../../src/domain/volume/import.ts';
import { added, givenBackend } from './backends.ts';
import { attached, BROKEN, created, givenVolume, pinnedFor, snapshotted } from './volumes.ts';

const SOURCE = 'dump.json';

describe('what another log knew', () => {
  it('is a volume with all that belongs to it', () => {
    const { state } = givenVolume(...created(), ...snapshotted(), ...attached(), pinnedFor('copy'), ...BROKEN);
    expect(givenVolume(VolumeImported.of({ source: SOURCE, state })).state).toEqual(state);
  });

  it('is a backend', () => {
    const { state } = givenBackend(...added());
    expect(givenBackend(BackendImported.of({ source: SOURCE, state })).state).toEqual(state);
  });

  it('is refused where it is not a state', () => {
    const { state } = givenVolume(...created());
    const wrong = { ...state, volume: { ...state.volume, size: '10' } };
    expect(VolumeImported.schema.safeParse({ source: SOURCE, state: wrong }).error?.issues[0]?.path).toEqual([
      'state',
      'volume',
      'size',
    ]);
  });
});
