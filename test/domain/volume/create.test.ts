import { describe, expect, it } from 'vitest';
import {
  decideCreateVolume,
  VolumeCreated,
  VolumeCreationFailed,
  VolumeCreationRequested,
} from '../../../src/domain/volume/create.ts';
import {
  added,
  BACKEND,
  backend,
  FROZEN_BACKEND,
  GIB,
  lacking,
  NO_SUCH_BACKEND,
  pool,
  REMOVING,
  stats,
  THAWED,
  THAWING,
} from '../backends.ts';
import { ACTOR, timeOf } from '../given.ts';
import { created, creating, DELETED, FAILURE, givenVolume, planned, VOLUME } from '../volumes.ts';

const FACTS = { actor: ACTOR, ...THAWED };
const CREATE = { id: VOLUME, backend: BACKEND, size: 10 };

describe('creating a volume', () => {
  it('asks for it with the defaults that the caller left out', () => {
    givenVolume()
      .when(decideCreateVolume, CREATE, FACTS)
      .thenRecords(VolumeCreationRequested.of({ volume: planned({ name: null }) }));
  });

  it('keeps all that the caller said, and another owner than the actor', () => {
    const said = {
      name: 'basalt',
      description: 'dark',
      bootable: true,
      multiattach: true,
      pool_name: 'pool-1',
      availability_zone: 'az-1',
      host: 'node@lava#pool-1',
      metadata: { rack: '7' },
      extra_specs: { tier: 'gold' },
      qos_specs: { total_iops_sec: '100' },
      user_id: 'bob',
      project_id: 'roads',
    };
    givenVolume()
      .when(decideCreateVolume, { ...CREATE, ...said }, FACTS)
      .thenRecords(VolumeCreationRequested.of({ volume: planned(said) }));
  });

  it('has the status of each step', () => {
    givenVolume(...creating()).thenState({
      volume: { status: 'creating', attach_status: 'detached', created_at: timeOf(0), provider_location: null },
      open: [{ event_id: 'event-0', revision: '0', command_id: 'command' }],
    });
    givenVolume(...created()).thenState({ volume: { status: 'available', size: 10 }, open: [] });
  });

  it('leaves a failed creation in error', () => {
    givenVolume(...creating(), VolumeCreationFailed.of({ failure: FAILURE })).thenState({
      volume: { status: 'error' },
      open: [],
    });
  });

  it('ignores an outcome without its intent', () => {
    givenVolume(VolumeCreated.of({})).thenState({ volume: null });
  });
});

describe('a volume is refused', () => {
  it.each([
    ['is there', created(), 'available'],
    ['was deleted', [...created(), ...DELETED], 'deleted'],
  ])('when one with its id %s', (_, events, status) => {
    givenVolume(...events)
      .when(decideCreateVolume, CREATE, FACTS)
      .thenRefused('AlreadyExists', [VOLUME, status], 'another id');
  });

  it.each([
    ['was never added', NO_SUCH_BACKEND],
    ['is being added', backend(...added().slice(0, 1))],
    ['is being removed', backend(...added(), ...REMOVING)],
  ])('when its backend %s', (_, facts) => {
    givenVolume()
      .when(decideCreateVolume, CREATE, { actor: ACTOR, ...facts })
      .thenRefused('BackendNotFound', BACKEND, `scoria backend add ${BACKEND}`);
  });

  it.each([
    ['frozen', FROZEN_BACKEND],
    ['thawing', backend(...added(), ...THAWING)],
  ])('when its backend is %s', (frozen, facts) => {
    givenVolume()
      .when(decideCreateVolume, CREATE, { actor: ACTOR, ...facts })
      .thenRefused('BackendFrozen', [BACKEND, frozen], `scoria backend thaw ${BACKEND}`);
  });

  it('when the driver cannot attach it twice, as asked for', () => {
    const facts = { actor: ACTOR, ...lacking('multiattach') };
    givenVolume()
      .when(decideCreateVolume, { ...CREATE, multiattach: true }, facts)
      .thenRefused('UnsupportedByDriver', ['multiattach', 'memory'], 'snapshots');
    givenVolume()
      .when(decideCreateVolume, { ...CREATE, multiattach: false }, facts)
      .thenRecords(VolumeCreationRequested.of({ volume: planned({ name: null }) }));
  });

  it('when the backend has no such pool', () => {
    givenVolume()
      .when(decideCreateVolume, { ...CREATE, pool_name: 'poole' }, FACTS)
      .thenRefused('InvalidInput', ['pool_name', 'poole'], 'pool-1');
  });
});

describe('a size', () => {
  const sized = (size: number, ...pools: readonly ReturnType<typeof pool>[]) =>
    givenVolume().when(
      decideCreateVolume,
      { ...CREATE, size },
      { actor: ACTOR, ...backend(...added({ stats: stats(...pools) })) },
    );

  it.each([
    ['the whole backend', 100, pool()],
    ['more, where more is promised', 2000, pool({ max_over_subscription_ratio: '20.0' })],
    ['a ratio that binary cannot hold', 115, pool({ max_over_subscription_ratio: '1.15' })],
    ['what is not reserved', 10, pool({ reserved_percentage: 90 })],
  ])('may be %s', (_, size, of) => {
    sized(size, of).thenRecords(VolumeCreationRequested.of({ volume: planned({ name: null, size }) }));
    sized(size + 1, of).thenRefused('SizeExceedsBackend', [`${size + 1} GiB`, BACKEND], `${size} GiB`);
  });

  it('may be that of the largest pool', () => {
    const pools = [pool(), pool({ pool_name: 'pool-2', total_capacity_bytes: 300 * GIB })];
    sized(300, ...pools).thenRecords(VolumeCreationRequested.of({ volume: planned({ name: null, size: 300 }) }));
    sized(301, ...pools).thenRefused('SizeExceedsBackend', '301 GiB', '300 GiB');
  });

  it('may not be over-subscribed where nothing is thin', () => {
    const thick = pool({ thin_provisioning_support: false, max_over_subscription_ratio: '20.0' });
    sized(101, thick).thenRefused('SizeExceedsBackend', '101 GiB', '100 GiB');
  });

  it('is the array’s to judge when the stats name no pool', () => {
    const facts = { actor: ACTOR, ...backend(...added({ stats: { ...stats(), pools: [] } })) };
    const decided = givenVolume().when(decideCreateVolume, { ...CREATE, size: 1_000_000 }, facts);
    expect(
      decided.thenRecords(VolumeCreationRequested.of({ volume: planned({ name: null, size: 1_000_000 }) })),
    ).toBeDefined();
  });
});
