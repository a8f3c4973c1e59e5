import type { RejectionCode } from '../../domain/errors.ts';
import type { Ending, Rules } from './rule.ts';
import {
  leaveQuestion,
  live,
  type Refusals,
  resting,
  type Storage,
  type Volume,
  volume,
  when,
  withoutQuestions,
} from './storage.ts';

export const changeable = ({ backend }: Storage): Refusals => when(backend !== 'thawed', 'BackendFrozen');
const fitting = ({ limits }: Storage, size: number): Refusals => when(size >= limits.tooLargeGiB, 'SizeExceedsBackend');
const existing = (storage: Storage, id: string): Refusals => when(storage.volumes[id] !== undefined, 'AlreadyExists');

/** Why it may not be used: it is not there, or its status says no. */
export const unusable = (storage: Storage, id: string, allowed: readonly string[]): Refusals => {
  const found = live(storage, id);
  if (found === null) return ['VolumeNotFound'];
  return when(!allowed.includes(found.status), 'InvalidVolume');
};

const made = (
  size: number,
  { name = null, multiattach = false }: { readonly name?: string | null; readonly multiattach?: boolean },
): Volume => ({
  status: 'creating',
  size,
  name,
  metadata: {},
  multiattach,
  made: false,
  bytes: 0,
  snapshots: {},
  connections: {},
  pins: {},
  questions: [],
});

const DELETABLE = ['available', 'error', 'error_deleting'];

const settle = (of: { status: string }, ending: string, done: string, failed: string): undefined => {
  if (ending !== 'unknown') of.status = ending === 'done' ? done : failed;
  return undefined;
};

const created = (of: { status: string; made: boolean }, ending: string): undefined => {
  of.made = ending === 'done';
  return settle(of, ending, 'available', 'error');
};

interface Copy {
  readonly id?: string;
  readonly volume_id: string;
  readonly snapshot_id?: string;
}

/** From here on the source cannot go; it may have gone since the decision. */
const pinSource = (storage: Storage, { id, volume_id, snapshot_id }: Copy): Refusals | undefined => {
  const source = volume(storage, volume_id);
  if (snapshot_id === undefined) {
    const refusals = unusable(storage, volume_id, ['available', 'in-use']);
    if (refusals.length > 0) return refusals;
  } else {
    const snapshot = source.snapshots[snapshot_id];
    if (snapshot === undefined) return ['SnapshotNotFound'];
    if (snapshot.status !== 'available') return ['InvalidSnapshot'];
  }
  source.pins[String(id)] = snapshot_id ?? null;
  return undefined;
};

/** Makes the copy; the source may have grown since the decision. */
const makeCopy = (storage: Storage, input: Copy, ending: Ending): Refusals | undefined => {
  const copy = volume(storage, String(input.id));
  const source = volume(storage, input.volume_id);
  const from = input.snapshot_id === undefined ? source : source.snapshots[input.snapshot_id];
  if (from === undefined) throw new Error('the model lost a source that was pinned');
  const refusals = [...changeable(storage), ...when(from.size > copy.size || ending === 'failed', 'DriverFailed')];
  if (refusals.length > 0) {
    copy.status = 'error';
    return refusals;
  }
  if (ending === 'unknown') {
    // The creation asks, and so will the copy that it is part of.
    leaveQuestion(copy, { operation: 'CreateVolumeFromSource', about: null });
    return undefined;
  }
  copy.bytes = from.bytes;
  return created(copy, ending);
};

const unpinSource = (storage: Storage, { id, volume_id }: Copy, ending: Ending): undefined => {
  if (ending === 'failed') volume(storage, String(id)).status = 'error';
  if (ending !== 'unknown') delete volume(storage, volume_id).pins[String(id)];
  return undefined;
};

export const volumeRules: Rules<
  | 'CreateVolume'
  | 'DeleteVolume'
  | 'ExtendVolume'
  | 'RenameVolume'
  | 'SetVolumeMetadata'
  | 'CreateSnapshot'
  | 'DeleteSnapshot'
  | 'RevertToSnapshot'
  | 'CloneVolume'
  | 'CreateVolumeFromSnapshot'
> = {
  CreateVolume: {
    changesArray: true,
    judge: (storage, { id, size }) => [
      ...existing(storage, String(id)),
      ...changeable(storage),
      ...fitting(storage, size),
    ],
    begin: ({ volumes }, { id, size, name, multiattach }) => {
      volumes[String(id)] = made(size, { name: name ?? null, multiattach: multiattach ?? false });
    },
    end: (storage, { id }, ending) => created(volume(storage, String(id)), ending),
  },

  DeleteVolume: {
    changesArray: true,
    judge: (storage, { volume_id }) => {
      const found = storage.volumes[volume_id];
      if (found === undefined) return ['VolumeNotFound'];
      if (found.status === 'deleted') return 'nothing to do';
      return [
        ...when(Object.keys(found.snapshots).length > 0, 'VolumeHasSnapshots'),
        ...when(Object.keys(found.connections).length > 0, 'VolumeConnected'),
        ...when(Object.keys(found.pins).length > 0, 'SourcePinned'),
        ...when(!DELETABLE.includes(found.status), 'InvalidVolume'),
        ...changeable(storage),
      ];
    },
    begin: (storage, { volume_id }) => {
      volume(storage, volume_id).status = 'deleting';
    },
    end: (storage, { volume_id }, ending) => {
      if (ending === 'done') {
        volume(storage, volume_id).questions = [];
        for (const { pins } of Object.values(storage.volumes)) delete pins[volume_id];
      }
      return settle(volume(storage, volume_id), ending, 'deleted', 'error_deleting');
    },
  },

  ExtendVolume: {
    changesArray: true,
    judge: (storage, { volume_id, size }) => {
      const refusals = unusable(storage, volume_id, ['available', 'in-use']);
      if (refusals.length > 0) return refusals;
      const present = volume(storage, volume_id).size;
      if (size === present) return 'nothing to do';
      const grows = storage.limits.extendsOnline || volume(storage, volume_id).status !== 'in-use';
      return [
        ...when(size < present, 'CannotShrink'),
        ...when(!grows, 'UnsupportedByDriver'),
        ...changeable(storage),
        ...fitting(storage, size),
      ];
    },
    begin: (storage, { volume_id }) => {
      volume(storage, volume_id).status = 'extending';
    },
    end: (storage, { volume_id, size }, ending) => {
      const extended = volume(storage, volume_id);
      if (ending === 'done') extended.size = size;
      return settle(extended, ending, resting(extended), 'error');
    },
  },

  RenameVolume: {
    judge: (storage, { volume_id }) => when(live(storage, volume_id) === null, 'VolumeNotFound'),
    begin: (storage, { volume_id, name }) => {
      if (name !== undefined) volume(storage, volume_id).name = name;
    },
  },

  SetVolumeMetadata: {
    judge: (storage, { volume_id }) => when(live(storage, volume_id) === null, 'VolumeNotFound'),
    begin: (storage, { volume_id, metadata }) => {
      const present = volume(storage, volume_id).metadata;
      for (const [key, value] of Object.entries(metadata)) {
        if (value === null) delete present[key];
        else present[key] = value;
      }
    },
  },

  CreateSnapshot: {
    changesArray: true,
    judge: (storage, { volume_id, id }) => [
      ...unusable(storage, volume_id, ['available', 'in-use']),
      ...when(storage.asked.includes(String(id)), 'AlreadyExists'),
      ...changeable(storage),
    ],
    begin: (storage, { volume_id, id }) => {
      const of = volume(storage, volume_id);
      storage.asked.push(String(id));
      of.snapshots[String(id)] = { status: 'creating', size: of.size, made: false, bytes: of.bytes };
    },
    end: (storage, { volume_id, id }, ending) => {
      const snapshot = volume(storage, volume_id).snapshots[String(id)];
      return snapshot === undefined ? undefined : created(snapshot, ending);
    },
  },

  DeleteSnapshot: {
    changesArray: true,
    judge: (storage, { volume_id, snapshot_id }) => {
      const of = storage.volumes[volume_id];
      const snapshot = of?.snapshots[snapshot_id];
      if (of === undefined || snapshot === undefined) {
        return storage.asked.includes(snapshot_id) ? 'nothing to do' : ['SnapshotNotFound'];
      }
      return [
        ...when(
          Object.values(of.pins).some((pin) => pin === null || pin === snapshot_id),
          'SourcePinned',
        ),
        ...when(
          of.questions.some(({ operation }) => operation === 'RevertToSnapshot'),
          'InvalidSnapshot',
        ),
        ...when(!DELETABLE.includes(snapshot.status), 'InvalidSnapshot'),
        ...changeable(storage),
      ];
    },
    begin: (storage, { volume_id, snapshot_id }) => {
      const snapshot = volume(storage, volume_id).snapshots[snapshot_id];
      if (snapshot !== undefined) snapshot.status = 'deleting';
    },
    end: (storage, { volume_id, snapshot_id }, ending) => {
      const of = volume(storage, volume_id);
      const snapshot = of.snapshots[snapshot_id];
      if (ending === 'done') {
        delete of.snapshots[snapshot_id];
        withoutQuestions(of, snapshot_id);
      }
      return snapshot === undefined ? undefined : settle(snapshot, ending, 'gone', 'error_deleting');
    },
  },

  RevertToSnapshot: {
    changesArray: true,
    judge: (storage, { volume_id, snapshot_id }) => {
      const refusals = unusable(storage, volume_id, ['available']);
      if (refusals.length > 0) return refusals;
      const { snapshots, pins } = volume(storage, volume_id);
      if (snapshots[snapshot_id] === undefined) return ['SnapshotNotFound'];
      const newest = Object.keys(snapshots).at(-1);
      return [
        ...when(newest !== snapshot_id || snapshots[snapshot_id].status !== 'available', 'InvalidSnapshot'),
        ...when(Object.keys(pins).length > 0, 'SourcePinned'),
        ...changeable(storage),
      ];
    },
    begin: (storage, { volume_id }) => {
      volume(storage, volume_id).status = 'reverting';
    },
    end: (storage, { volume_id, snapshot_id }, ending) => {
      const reverted = volume(storage, volume_id);
      if (ending === 'done') reverted.bytes = reverted.snapshots[snapshot_id]?.bytes ?? 0;
      return settle(reverted, ending, 'available', 'error');
    },
  },

  CloneVolume: {
    judge: (storage, { id, volume_id, size }) => {
      const refusals = unusable(storage, volume_id, ['available', 'in-use']);
      if (refusals.length > 0) return refusals;
      return copyRefusals(storage, String(id), size, volume(storage, volume_id).size);
    },
    begin: (storage, { id, volume_id, size }) => {
      const source = volume(storage, volume_id);
      storage.volumes[String(id)] = made(size ?? source.size, { multiattach: source.multiattach });
    },
    between: [pinSource, makeCopy],
    end: unpinSource,
  },

  CreateVolumeFromSnapshot: {
    judge: (storage, { id, volume_id, snapshot_id, size }) => {
      const snapshot = storage.volumes[volume_id]?.snapshots[snapshot_id];
      if (snapshot === undefined) return ['SnapshotNotFound'];
      return [
        ...when(snapshot.status !== 'available', 'InvalidSnapshot'),
        ...copyRefusals(storage, String(id), size, snapshot.size),
      ];
    },
    begin: (storage, { id, volume_id, snapshot_id, size }) => {
      const source = volume(storage, volume_id);
      const atLeast = source.snapshots[snapshot_id]?.size ?? source.size;
      storage.volumes[String(id)] = made(size ?? atLeast, { multiattach: source.multiattach });
    },
    between: [pinSource, makeCopy],
    end: unpinSource,
  },
};

const copyRefusals = (storage: Storage, id: string, size: number | undefined, atLeast: number): RejectionCode[] => [
  ...existing(storage, id),
  ...when(size !== undefined && size < atLeast, 'CannotShrink'),
  ...changeable(storage),
  ...fitting(storage, size ?? atLeast),
];
