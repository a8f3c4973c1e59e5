import { hostname } from 'node:os';
import fc from 'fast-check';
import { CAPABILITIES } from '../../src/domain/backend/backend.ts';
import type { Command } from '../../src/index.ts';
import { commandArbitraries } from '../../src/testing/lifecycle/commands.ts';
import { emptyStorage as emptyStorageOf, type Storage } from '../../src/testing/lifecycle/storage.ts';

export const BACKEND = 'shelf';
export const HERE = hostname();
/** GiB that no backend here could hold. */
export const HUGE = 8_000_000;

export const emptyStorage = (): Storage => emptyStorageOf({ tooLargeGiB: HUGE });

const arbitraries = commandArbitraries({
  backend: BACKEND,
  sizes: [1, 2, 3, 4],
  tooLargeGiB: HUGE,
  connectors: [{ host: HERE }, { host: 'node7' }, { host: 'node8' }],
  wrongConnector: { ip: '192.0.2.7' },
  capabilities: CAPABILITIES,
  pool: null,
});

export const FIRST_VOLUME: Command = arbitraries.first;
export const volumeCommand = fc.oneof(
  { weight: 9, arbitrary: arbitraries.onVolumes },
  { weight: 1, arbitrary: arbitraries.onRecords },
);
export const connectionCommand = fc.oneof(
  { weight: 9, arbitrary: arbitraries.onConnections },
  { weight: 1, arbitrary: arbitraries.onRecords },
);
export const attachmentCommand = arbitraries.onThisHost;

type Given = fc.Arbitrary<Command>;

const given = <Type extends Command['type']>(type: Type, ...parts: readonly fc.Arbitrary<object>[]): Given =>
  fc.tuple(...parts).map((fields) => Object.assign({ type }, ...fields) as Command);

/** Copies of one volume, and what must not happen to it meanwhile. */
export const contendedCommand: Given = fc.oneof(
  given('CloneVolume', fc.record({ id: fc.constantFrom('v2', 'v3'), volume_id: fc.constant('v0') })),
  given(
    'CreateVolumeFromSnapshot',
    fc.record({
      id: fc.constantFrom('v2', 'v3'),
      volume_id: fc.constant('v0'),
      snapshot_id: fc.constant('v0-s0'),
    }),
  ),
  given('DeleteVolume', fc.constant({ volume_id: 'v0' })),
  given('DeleteSnapshot', fc.constant({ volume_id: 'v0', snapshot_id: 'v0-s0' })),
  given('ExtendVolume', fc.record({ volume_id: fc.constant('v0'), size: fc.constantFrom(1, 2, 3, 4, HUGE) })),
);

const named = fc.constant({ name: BACKEND });
export const freezeCommand: Given = fc.oneof(given('FreezeBackend', named), given('ThawBackend', named));

/** A backend is thawed sooner than it is frozen, so that most commands find it so. */
export const backendCommand: Given = fc.oneof(
  { weight: 1, arbitrary: given('FreezeBackend', named) },
  { weight: 3, arbitrary: given('ThawBackend', named) },
  { weight: 1, arbitrary: given('RefreshBackendStats', named) },
);

/** Another capacity for the same array. */
export const changeBackend: Given = given(
  'ChangeBackend',
  fc.record({ name: fc.constant(BACKEND), options: fc.record({ total_capacity_gb: fc.constantFrom(512, 1_024) }) }),
);

const key = fc.constantFrom('a', 'b');
export const keyValueCommand: Given = fc.oneof(
  given('SetKeyValue', fc.record({ key, value: fc.constantFrom('1', '2') })),
  given('DeleteKeyValue', fc.record({ key })),
);

export const anyCommand: Given = fc.oneof(
  { weight: 12, arbitrary: volumeCommand },
  { weight: 5, arbitrary: connectionCommand },
  { weight: 5, arbitrary: attachmentCommand },
  { weight: 1, arbitrary: backendCommand },
  { weight: 1, arbitrary: keyValueCommand },
);
