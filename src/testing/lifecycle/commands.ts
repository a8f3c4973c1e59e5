import fc from 'fast-check';
import type { Capability } from '../../domain/backend/backend.ts';
import type { Connector } from '../../drivers/contract.ts';
import type { Command } from '../../library/commander.ts';

/** What commands are made of. Ids say whose a snapshot or a connection is: `v0`, `v0-s1`, `v0-c0`. */
export interface CommandChoices {
  /** The name of the backend. */
  readonly backend: string;
  /** Sizes in GiB, the likeliest first. */
  readonly sizes: readonly [number, ...number[]];
  /** A size in GiB that the backend cannot hold; none is asked for when `null`. */
  readonly tooLargeGiB: number | null;
  /** Connector properties of hosts, the likeliest first; the first is this host. */
  readonly connectors: readonly [Connector, ...Connector[]];
  /** Connector properties that the driver must refuse, if there are such. */
  readonly wrongConnector: Connector | null;
  /** What the driver can: commands that it lacks are not given. */
  readonly capabilities: readonly Capability[];
  /** The pool of the volumes, if one is chosen. */
  readonly pool: string | null;
}

/** The volumes of a lifecycle: few, so that commands meet. */
export const VOLUMES = ['v0', 'v1', 'v2', 'v3'] as const;
export const PARTS_PER_VOLUME = 3;

/** Commands as fast-check draws them, by what they are about. */
export interface CommandArbitraries {
  /** What every sequence begins with, so that what follows has something to do. */
  readonly first: Command;
  /** Commands on volumes and snapshots, each about as often as it gets anywhere. */
  readonly onVolumes: fc.Arbitrary<Command>;
  /** Connecting hosts, ensuring their exports and disconnecting them. */
  readonly onConnections: fc.Arbitrary<Command>;
  /** Names, metadata and what hosts report: what is recorded and reaches no driver. */
  readonly onRecords: fc.Arbitrary<Command>;
  /** What attaches and detaches on this host. */
  readonly onThisHost: fc.Arbitrary<Command>;
}

/** The first choice is the simplest. */
const SHRINKING = { withCrossShrink: true };

const weighted = <Value>(...choices: readonly (readonly [number, Value])[]): fc.Arbitrary<Value> =>
  fc.oneof(SHRINKING, ...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** The first is the likeliest. */
const descending = <Value>(values: readonly Value[]): (readonly [number, Value])[] =>
  values.map((value, index) => [values.length - index, value] as const);

const optional = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc.oneof(
    SHRINKING,
    fc.constant({}),
    value.map((given) => ({ [key]: given }) as { readonly [K in Key]?: Value }),
  );

const volume_id = weighted([9, 'v0'], [3, 'v1'], [1, 'v2'], [1, 'v3']);
const new_id = weighted([1, 'v0'], [3, 'v1'], [4, 'v2'], [4, 'v3']);
const number = weighted([4, 0], [2, 1], [1, 2]);
const force = weighted([4, {}], [1, { force: true }]);
const attach_mode = optional('attach_mode', fc.constantFrom('rw', 'ro'));

const ofSnapshot = fc
  .tuple(volume_id, number)
  .map(([volume, which]) => ({ volume_id: volume, snapshot_id: `${volume}-s${which}` }));
const ofConnection = fc
  .tuple(volume_id, number)
  .map(([volume, which]) => ({ volume_id: volume, connection_id: `${volume}-c${which}` }));
const newSnapshot = ofSnapshot.map(({ volume_id: volume, snapshot_id }) => ({ id: snapshot_id, volume_id: volume }));
const newConnection = ofConnection.map(({ volume_id: volume, connection_id }) => ({
  id: connection_id,
  volume_id: volume,
}));

type Given = fc.Arbitrary<Command>;

const given = <Type extends Command['type']>(type: Type, ...parts: readonly fc.Arbitrary<object>[]): Given =>
  fc.tuple(...parts).map((fields) => Object.assign({ type }, ...fields) as Command);

interface Weighted {
  readonly weight: number;
  readonly arbitrary: Given;
  readonly needs?: Capability;
}

/** The commands that a backend of these capabilities can be given. */
export const commandArbitraries = (choices: CommandChoices): CommandArbitraries => {
  const can = (capability: Capability): boolean => choices.capabilities.includes(capability);
  const size = weighted(
    ...descending([...choices.sizes, ...(choices.tooLargeGiB === null ? [] : [choices.tooLargeGiB])]),
  );
  const multiattach = can('multiattach') ? [optional('multiattach', fc.boolean())] : [];
  const pool = choices.pool === null ? {} : { pool_name: choices.pool };

  const onVolumes: readonly Weighted[] = [
    {
      weight: 3,
      arbitrary: given(
        'CreateVolume',
        fc.record({ id: new_id, size, backend: fc.constant(choices.backend) }),
        fc.constant(pool),
        ...multiattach,
        optional('name', fc.constantFrom('data', 'logs')),
      ),
    },
    { weight: 2, arbitrary: given('DeleteVolume', fc.record({ volume_id })) },
    { weight: 3, arbitrary: given('ExtendVolume', fc.record({ volume_id, size })), needs: 'extend' },
    { weight: 5, arbitrary: given('CreateSnapshot', newSnapshot), needs: 'snapshots' },
    { weight: 3, arbitrary: given('DeleteSnapshot', ofSnapshot), needs: 'snapshots' },
    { weight: 4, arbitrary: given('RevertToSnapshot', ofSnapshot), needs: 'revert' },
    {
      weight: 3,
      arbitrary: given('CloneVolume', fc.record({ id: new_id, volume_id }), optional('size', size)),
      needs: 'clone',
    },
    {
      weight: 3,
      arbitrary: given('CreateVolumeFromSnapshot', fc.record({ id: new_id }), ofSnapshot, optional('size', size)),
      needs: 'snapshots',
    },
  ];

  const connector = fc.oneof(
    { weight: 9, arbitrary: weighted(...descending(choices.connectors)) },
    ...(choices.wrongConnector === null ? [] : [{ weight: 1, arbitrary: fc.constant(choices.wrongConnector) }]),
  );

  return {
    first: {
      type: 'CreateVolume',
      id: 'v0',
      size: choices.sizes[0],
      backend: choices.backend,
      ...pool,
      ...(can('multiattach') ? { multiattach: true } : {}),
    },
    onVolumes: fc.oneof(...onVolumes.filter(({ needs }) => needs === undefined || can(needs))),
    onConnections: fc.oneof(
      { weight: 4, arbitrary: given('ConnectVolume', newConnection, fc.record({ connector }), attach_mode) },
      { weight: 4, arbitrary: given('DisconnectVolume', ofConnection, force) },
      { weight: 1, arbitrary: given('EnsureVolumeExport', fc.record({ volume_id })) },
    ),
    onRecords: fc.oneof(
      given(
        'RenameVolume',
        fc.record({ volume_id, name: fc.constantFrom('data', 'logs', null) }),
        optional('description', fc.constantFrom('of the database', null)),
      ),
      given(
        'SetVolumeMetadata',
        fc.record({ volume_id, metadata: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2', null)) }),
      ),
      given('ReportDevice', ofConnection, fc.record({ device: fc.constant({ path: '/dev/sdq' }) })),
    ),
    onThisHost: fc.oneof(
      { weight: 3, arbitrary: given('AttachVolume', newConnection, attach_mode) },
      { weight: 3, arbitrary: given('DetachVolume', ofConnection, force) },
      { weight: 2, arbitrary: given('AttachDevice', ofConnection) },
      { weight: 2, arbitrary: given('DetachDevice', ofConnection, force) },
    ),
  };
};
