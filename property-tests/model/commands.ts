import { hostname } from 'node:os';
import fc from 'fast-check';
import type { Command } from '../../src/index.ts';

/** Few ids, so that commands meet. A snapshot's or a connection's id says whose it is. */
export const VOLUMES = ['v0', 'v1', 'v2', 'v3'] as const;
export const BACKEND = 'shelf';
export const HERE = hostname();
/** GiB that no backend here could hold. */
export const HUGE = 8_000_000;

const weighted = <Value>(...choices: readonly (readonly [number, Value])[]): fc.Arbitrary<Value> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const volume_id = weighted([9, 'v0'], [3, 'v1'], [1, 'v2'], [1, 'v3']);
const new_id = weighted([1, 'v0'], [3, 'v1'], [4, 'v2'], [4, 'v3']);
const size = weighted([4, 1], [3, 2], [2, 3], [1, 4], [1, HUGE]);
const number = weighted([4, 0], [2, 1], [1, 2]);
const host = weighted([4, HERE], [2, 'node7'], [1, 'node8']);
const connector = fc.oneof(
  { weight: 9, arbitrary: fc.record({ host }) },
  { weight: 1, arbitrary: fc.constant({ ip: '192.0.2.7' }) },
);
const force = weighted([4, {}], [1, { force: true }]);
const optional = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.constant({}),
    value.map((given) => ({ [key]: given }) as { readonly [K in Key]?: Value }),
  );

const ofSnapshot = fc
  .tuple(volume_id, number)
  .map(([volume, which]) => ({ volume_id: volume, snapshot_id: `${volume}-s${which}` }));
const ofConnection = fc
  .tuple(volume_id, number)
  .map(([volume, which]) => ({ volume_id: volume, connection_id: `${volume}-c${which}` }));

type Given = fc.Arbitrary<Command>;

const given = <Type extends Command['type']>(type: Type, ...parts: readonly fc.Arbitrary<object>[]): Given =>
  fc.tuple(...parts).map((fields) => Object.assign({ type }, ...fields) as Command);

const made = ofSnapshot.map(({ volume_id: volume, snapshot_id }) => ({ id: snapshot_id, volume_id: volume }));
const connected = ofConnection.map(({ volume_id: volume, connection_id }) => ({
  id: connection_id,
  volume_id: volume,
}));

const createVolume: Given = given(
  'CreateVolume',
  fc.record({ id: new_id, size, backend: fc.constant(BACKEND) }),
  optional('multiattach', fc.boolean()),
  optional('name', fc.constantFrom('data', 'logs')),
);

/** What every sequence begins with, so that what follows has something to do. */
export const FIRST_VOLUME: Command = { type: 'CreateVolume', id: 'v0', size: 1, backend: BACKEND, multiattach: true };

/** Commands on volumes, each about as often as it gets anywhere. */
export const volumeCommand: Given = fc.oneof(
  { weight: 3, arbitrary: createVolume },
  { weight: 2, arbitrary: given('DeleteVolume', fc.record({ volume_id })) },
  { weight: 3, arbitrary: given('ExtendVolume', fc.record({ volume_id, size })) },
  {
    weight: 1,
    arbitrary: given(
      'RenameVolume',
      fc.record({ volume_id, name: fc.constantFrom('data', 'logs', null) }),
      optional('description', fc.constantFrom('of the database', null)),
    ),
  },
  {
    weight: 1,
    arbitrary: given(
      'SetVolumeMetadata',
      fc.record({ volume_id, metadata: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2', null)) }),
    ),
  },
  { weight: 5, arbitrary: given('CreateSnapshot', made) },
  { weight: 3, arbitrary: given('DeleteSnapshot', ofSnapshot) },
  { weight: 4, arbitrary: given('RevertToSnapshot', ofSnapshot) },
  { weight: 3, arbitrary: given('CloneVolume', fc.record({ id: new_id, volume_id }), optional('size', size)) },
  {
    weight: 3,
    arbitrary: given('CreateVolumeFromSnapshot', fc.record({ id: new_id }), ofSnapshot, optional('size', size)),
  },
);

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
  given('ExtendVolume', fc.record({ volume_id: fc.constant('v0'), size })),
);

const attach_mode = optional('attach_mode', fc.constantFrom('rw', 'ro'));

export const connectionCommand: Given = fc.oneof(
  { weight: 4, arbitrary: given('ConnectVolume', connected, fc.record({ connector }), attach_mode) },
  { weight: 4, arbitrary: given('DisconnectVolume', ofConnection, force) },
  {
    weight: 1,
    arbitrary: given('ReportDevice', ofConnection, fc.record({ device: fc.constant({ path: '/dev/sdq' }) })),
  },
);

/** What works on this host. */
export const attachmentCommand: Given = fc.oneof(
  { weight: 3, arbitrary: given('AttachVolume', connected, attach_mode) },
  { weight: 3, arbitrary: given('DetachVolume', ofConnection, force) },
  { weight: 2, arbitrary: given('AttachDevice', ofConnection) },
  { weight: 2, arbitrary: given('DetachDevice', ofConnection, force) },
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

/** The volume whose stream a command is decided in. */
export const volumeOf = (command: Command): string | null => {
  const { id, volume_id: volume } = command as { readonly id?: string; readonly volume_id?: string };
  switch (command.type) {
    case 'CreateVolume':
    case 'CloneVolume':
    case 'CreateVolumeFromSnapshot':
      return id ?? null;
    default:
      return volume ?? null;
  }
};

/** The snapshot or connection that a command is about, if it is about one. */
export const partOf = (command: Command): string | null => {
  switch (command.type) {
    case 'CreateSnapshot':
    case 'ConnectVolume':
    case 'AttachVolume':
      return command.id ?? null;
    case 'DeleteSnapshot':
    case 'RevertToSnapshot':
      return command.snapshot_id;
    case 'DisconnectVolume':
    case 'DetachVolume':
    case 'AttachDevice':
    case 'DetachDevice':
      return command.connection_id;
    default:
      return null;
  }
};
