import { describe, expect, it } from 'vitest';
import { evolve } from '../../src/domain/aggregate.ts';
import {
  BackendOperationClaimed,
  BackendOperationOffered,
  BackendOutcomeUnknown,
} from '../../src/domain/backend/aggregate.ts';
import { BackendChangeRequested } from '../../src/domain/backend/change.ts';
import { BackendThawed } from '../../src/domain/backend/freeze.ts';
import type { RecordedEvent } from '../../src/domain/event.ts';
import { aggregateOf, eventDefinitions, evolveStream, kindOf } from '../../src/domain/streams.ts';
import { VolumeOperationClaimed, VolumeOperationOffered } from '../../src/domain/volume/claim.ts';
import { ConnectionInitializationFailed, ConnectionInitialized } from '../../src/domain/volume/connect.ts';
import { VolumeCreated, VolumeCreationFailed } from '../../src/domain/volume/create.ts';
import { ConnectionTerminated, ConnectionTerminationRequested } from '../../src/domain/volume/disconnect.ts';
import { VolumeExtended, VolumeExtensionFailed, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { VolumeOutcomeUnknown } from '../../src/domain/volume/outcome-unknown.ts';
import { VolumeRenamed } from '../../src/domain/volume/rename.ts';
import { SnapshotCreated } from '../../src/domain/volume/snapshot-create.ts';
import { SnapshotDeleted, SnapshotDeletionRequested } from '../../src/domain/volume/snapshot-delete.ts';
import { added, FREEZING, givenBackend } from './backends.ts';
import { by, record, timeOf } from './given.ts';
import {
  BROKEN,
  CONNECTION,
  CONNECTION_INFO,
  connecting,
  created,
  creating,
  DELETED,
  FAILURE,
  givenVolume,
  SNAPSHOT,
  snapshotRequested,
} from './volumes.ts';

const SIZES = { size: 20, previous_size: 10 };
const EXTENSION = { command: 'ExtendVolume', correlationId: 'chain', executor: 'host/7/x' };
const ASKED = by('extension', VolumeExtensionRequested.of(SIZES), EXTENSION);
const UNKNOWN = by('extension', VolumeOutcomeUnknown.of({ question: 'did it grow?' }));
const ENDED = by('extension', VolumeExtended.of(SIZES));
const OPEN = {
  event_id: 'event-2',
  revision: '2',
  operation: 'ExtendVolume',
  subject: null,
  command_id: 'extension',
  correlation_id: 'chain',
  executor: 'host/7/x',
  at: timeOf(2),
};

describe('an intent', () => {
  it('is open, with all that recovery needs, until its outcome', () => {
    expect(givenVolume(...created(), ASKED).state.open).toEqual([OPEN]);
    expect(givenVolume(...created(), ASKED, ENDED).state.open).toEqual([]);
  });

  it('stays open over facts, and over outcomes of other commands', () => {
    const fact = VolumeRenamed.of({ name: 'tuff', previous_name: 'basalt' });
    givenVolume(...created(), ASKED, by('extension', fact)).thenState({ open: [OPEN] });
    givenVolume(...created(), ASKED, by('other', VolumeCreated.of({}))).thenState({ open: [OPEN] });
  });
});

describe('an unknown end', () => {
  it('turns the open intent into a question', () => {
    const { state } = givenVolume(...created(), ASKED, UNKNOWN);
    expect(state.open).toEqual([]);
    expect(state.questions).toEqual([{ ...OPEN, question: 'did it grow?' }]);
    expect(state.volume?.status).toBe('error');
  });

  it('is answered by a later outcome of the same command', () => {
    givenVolume(...created(), ASKED, UNKNOWN, ENDED).thenState({
      open: [],
      questions: [],
      volume: { status: 'available', size: 20 },
    });
  });

  it('stays a question over the outcomes of others, and when it is asked twice', () => {
    const question = { ...OPEN, question: 'did it grow?' };
    givenVolume(...created(), ASKED, UNKNOWN, by('other', VolumeCreated.of({}))).thenState({ questions: [question] });
    givenVolume(...created(), ASKED, UNKNOWN, UNKNOWN).thenState({ questions: [question], open: [] });
  });

  it('without an intent asks nothing', () => {
    givenVolume(...created(), UNKNOWN).thenState({ questions: [], open: [] });
  });

  it('does not bring a deleted volume back', () => {
    givenVolume(...created(), ...DELETED, UNKNOWN).thenState({ volume: { status: 'deleted' } });
  });

  it('of a creation is settled either way', () => {
    const asked = [
      ...creating().map((event) => by('creation', event)),
      by('creation', VolumeOutcomeUnknown.of({ question: 'was it made?' })),
    ];
    givenVolume(...asked).thenState({ volume: { status: 'error' } });
    givenVolume(...asked, by('creation', VolumeCreated.of({}))).thenState({
      volume: { status: 'available' },
      questions: [],
    });
    givenVolume(...asked, by('creation', VolumeCreationFailed.of({ failure: FAILURE }))).thenState({
      volume: { status: 'error' },
      questions: [],
    });
  });

  it('of a connection is settled either way, and keeps the connection until then', () => {
    const asked = [
      ...created(),
      by('connection', connecting()),
      by('connection', VolumeOutcomeUnknown.of({ question: 'is it exported?' })),
    ];
    const of = { connection_id: CONNECTION };
    givenVolume(...asked).thenState({
      volume: { status: 'in-use' },
      connections: { [CONNECTION]: { status: 'error_attaching' } },
      questions: [{ subject: CONNECTION }],
    });
    givenVolume(
      ...asked,
      by('connection', ConnectionInitialized.of({ ...of, connection_info: CONNECTION_INFO })),
    ).thenState({ volume: { status: 'in-use' }, connections: { [CONNECTION]: { status: 'reserved' } }, questions: [] });
    givenVolume(...asked, by('connection', ConnectionInitializationFailed.of({ ...of, failure: FAILURE }))).thenState({
      connections: {},
      questions: [],
    });
  });

  it('of a connection is no question any more once the connection is gone', () => {
    const of = { connection_id: CONNECTION };
    givenVolume(
      ...created(),
      by('connection', connecting()),
      by('connection', VolumeOutcomeUnknown.of({ question: 'is it exported?' })),
      by('disconnection', ConnectionTerminationRequested.of({ ...of, force: true })),
      by('disconnection', ConnectionTerminated.of({ ...of, ignored_errors: [] })),
    ).thenState({ volume: { status: 'available' }, connections: {}, questions: [] });
  });

  it('of a snapshot leaves the snapshot in error, and its volume as it was', () => {
    const asked = [
      ...created(),
      by('snapshot', snapshotRequested()),
      by('snapshot', VolumeOutcomeUnknown.of({ question: 'was it taken?' })),
    ];
    givenVolume(...asked).thenState({
      volume: { status: 'available' },
      snapshots: { [SNAPSHOT]: { status: 'error' } },
    });
    const of = { snapshot_id: SNAPSHOT };
    givenVolume(...asked, by('snapshot', SnapshotCreated.of(of))).thenState({
      snapshots: { [SNAPSHOT]: { status: 'available' } },
      questions: [],
    });
    givenVolume(
      ...asked,
      by('deletion', SnapshotDeletionRequested.of(of)),
      by('deletion', SnapshotDeleted.of(of)),
    ).thenState({ snapshots: {}, questions: [] });
  });

  it('of a backend is a question too', () => {
    const asked = [
      ...added(),
      ...FREEZING.map((event) => by('freeze', event)),
      by('freeze', BackendOutcomeUnknown.of({ question: 'is it frozen?' })),
    ];
    givenBackend(...asked).thenState({
      backend: { status: 'available', frozen: 'freezing' },
      open: [],
      questions: [{ command_id: 'freeze', question: 'is it frozen?' }],
    });
    givenBackend(...asked, by('freeze', BackendThawed.of({}))).thenState({ questions: [] });
  });
});

describe('an offer', () => {
  const UNTIL = '2026-01-02T00:01:00.000Z';
  const OFFERED = by('extension', VolumeOperationOffered.of({ hosts: ['storage-1'], until: UNTIL }), EXTENSION);
  const claim = (executor: string, from_executor: string) =>
    by('extension', VolumeOperationClaimed.of({ intent_id: 'event-2', from_executor }), { executor });

  it('says of the open intent until when it may be taken up, and not who is at it', () => {
    givenVolume(...created(), ASKED, OFFERED).thenState({ open: [{ ...OPEN, offered_until: UNTIL }], questions: [] });
  });

  it('is no more once somebody claims it, who is at it from then on', () => {
    const { state } = givenVolume(...created(), ASKED, OFFERED, claim('storage-1/7/y', 'host/7/x'));
    expect(state.open).toEqual([{ ...OPEN, executor: 'storage-1/7/y' }]);
  });

  it('is claimed by others after that as any operation is', () => {
    const claims = [claim('storage-1/7/y', 'host/7/x'), claim('storage-2/7/z', 'storage-1/7/y')];
    const { state } = givenVolume(...created(), ASKED, OFFERED, ...claims);
    expect(state.open).toEqual([{ ...OPEN, executor: 'storage-2/7/z' }]);
  });

  it('that nobody takes up ends with the failure of what was asked for', () => {
    givenVolume(
      ...created(),
      ASKED,
      OFFERED,
      by('extension', VolumeExtensionFailed.of({ failure: FAILURE })),
    ).thenState({ open: [], questions: [], volume: { size: 10 } });
  });

  it('and a claim are of their own command: others stay as they were', () => {
    const other = { ...OPEN, event_id: 'event-3', revision: '3', command_id: 'other', at: timeOf(3) };
    const asked = by('other', VolumeExtensionRequested.of(SIZES), EXTENSION);
    const { state } = givenVolume(...created(), ASKED, asked, OFFERED);
    expect(state.open).toEqual([{ ...OPEN, offered_until: UNTIL }, other]);
    expect(givenVolume(...created(), ASKED, asked, OFFERED, claim('storage-1/7/y', 'host/7/x')).state.open).toEqual([
      { ...OPEN, executor: 'storage-1/7/y' },
      other,
    ]);
  });

  it('without an intent offers nothing', () => {
    givenVolume(...created(), OFFERED).thenState({ open: [] });
    givenVolume(...created(), OFFERED, claim('storage-1/7/y', 'host/7/x')).thenState({ open: [] });
  });

  it('of a change of a backend holds the hosts that are to try it', () => {
    const asked = by('change', BackendChangeRequested.of({ options: {}, capabilities: [], hosts: ['storage-2'] }));
    const offered = by('change', BackendOperationOffered.of({ hosts: ['storage-2'], until: UNTIL }));
    const claimed = by('change', BackendOperationClaimed.of({ intent_id: 'event-2', from_executor: 'host/7/x' }), {
      executor: 'storage-2/7/y',
    });
    givenBackend(...added(), asked, offered).thenState({ open: [{ hosts: ['storage-2'], offered_until: UNTIL }] });
    const [open] = givenBackend(...added(), asked, offered, claimed).state.open;
    expect(open).toMatchObject({ hosts: ['storage-2'], executor: 'storage-2/7/y' });
    expect(open).not.toHaveProperty('offered_until');
  });
});

describe('a fold', () => {
  const strange = (type: string): RecordedEvent => {
    const [event] = record([VolumeCreated.of({})]);
    if (event === undefined) throw new TypeError('nothing was recorded');
    return { ...event, type };
  };

  it.each(['BackendAdded', 'VolumeTeleported', 'constructor', 'toString', '__proto__', ''])(
    'passes over %s, which is not an event of its kind',
    (type) => {
      const { state } = givenVolume(...created(), ...BROKEN);
      expect(evolve(aggregateOf('volume'), state, strange(type))).toBe(state);
    },
  );

  it('begins with the initial state of the stream’s kind', () => {
    const [event] = record(creating());
    if (event === undefined) throw new TypeError('nothing was recorded');
    expect(evolveStream('volume', null, event)).toEqual(givenVolume(...creating()).state);
  });
});

describe('streams', () => {
  it.each([
    ['volume-1', 'volume'],
    ['backend-lava', 'backend'],
    ['kv-a', 'key_value'],
    ['audit', 'audit'],
    ['audit-1', null],
    ['xvolume-1', null],
    ['', null],
  ])('%s is of kind %s', (stream, kind) => {
    expect(kindOf(stream)).toBe(kind);
  });

  it('have event types that no other kind has', () => {
    const types = (['volume', 'backend', 'key_value', 'audit'] as const).flatMap((kind) =>
      Object.keys(aggregateOf(kind).events),
    );
    expect(new Set(types).size).toBe(types.length);
    expect([...eventDefinitions.keys()].sort()).toEqual(types.sort());
  });

  it('name their events as the house does', () => {
    for (const [type, { role }] of eventDefinitions) {
      if (role === 'intent') expect(type).toMatch(/Requested$/);
      else expect(type).not.toMatch(/Requested$/);
      if (type.endsWith('Failed')) expect(role).toBe('outcome');
    }
  });
});
