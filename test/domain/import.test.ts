import { describe, expect, it } from 'vitest';
import { BackendChangeRequested, decideChangeBackend } from '../../src/domain/backend/change.ts';
import { BackendImported } from '../../src/domain/backend/import.ts';
import { decideDeleteVolume } from '../../src/domain/volume/delete.ts';
import { decideDisconnectVolume } from '../../src/domain/volume/disconnect.ts';
import { VolumeImported } from '../../src/domain/volume/import.ts';
import { ALL_CAPABILITIES, added, BACKEND, backend, givenBackend } from './backends.ts';
import {
  attached,
  BROKEN,
  CONNECTION,
  connected,
  created,
  givenVolume,
  KNOWN,
  pinnedFor,
  snapshotted,
  VOLUME,
} from './volumes.ts';

const SOURCE = 'dump.json';

const withoutOptions = () => {
  const { state } = givenBackend(...added());
  return { ...state, backend: state.backend === null ? null : { ...state.backend, options: null } };
};

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

describe('a backend that was loaded without its configuration', () => {
  const imported = BackendImported.of({ source: SOURCE, state: withoutOptions() });
  const facts = backend(imported);

  it('can be told its options', () => {
    const configuration = { options: { san_ip: '::1' }, capabilities: ALL_CAPABILITIES };
    givenBackend(imported)
      .when(
        decideChangeBackend,
        { name: BACKEND, options: configuration.options },
        { driver: 'memory', ...configuration, sameConfiguration: false },
      )
      .thenRecords(BackendChangeRequested.of(configuration));
  });

  it('cannot be reached until then', () => {
    givenVolume(...created())
      .when(decideDeleteVolume, { volume_id: VOLUME }, facts)
      .thenRefused('InvalidDriverOption', [BACKEND, 'without configuration'], `scoria backend change ${BACKEND}`);
    givenVolume(...created(), ...connected())
      .when(decideDisconnectVolume, { volume_id: VOLUME, connection_id: CONNECTION }, { ...facts, ...KNOWN })
      .thenRefused('InvalidDriverOption', [BACKEND, 'without configuration'], `scoria backend change ${BACKEND}`);
  });
});
