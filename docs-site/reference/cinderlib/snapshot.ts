import type { Section } from './row.ts';

export const snapshot: Section = {
  title: 'Snapshot',
  rows: [
    {
      cinderlib: '`volume.create_snapshot(name, description)`',
      library: '`volume.createSnapshot({ name, description })`',
      cli: '`scoria snapshot create`',
      is: 'same',
      by: ['test/cli/snapshot-connection.test.ts', 'create keeps the bytes, list and show read it'],
    },
    {
      cinderlib: 'a snapshot of a volume that is attached',
      library: 'the same',
      cli: 'the same',
      is: 'same',
      by: ['test/domain/volume/snapshot-create.test.ts', 'leaves the volume %s'],
    },
    {
      cinderlib: 'a snapshot that fails: status `error`',
      library: 'the same',
      cli: 'the same',
      is: 'same',
      by: ['test/domain/volume/snapshot-create.test.ts', 'leaves a failed snapshot in error and the volume as it was'],
    },
    {
      cinderlib: '`id`, `name`, `description`, `status`, `volume_id`, `volume_size`, …',
      library: '`snapshot.id`, …, `snapshot.record`',
      cli: '`scoria snapshot show`',
      is: 'same',
      by: ['test/cli/snapshot-connection.test.ts', 'create keeps the bytes, list and show read it'],
    },
    {
      cinderlib: '`volume`: the same object as its source',
      library: '`await snapshot.volume()`',
      cli: '`volume_id` in JSON',
      is: 'different: read from the log, and an object of its own',
      by: ['test/library/cinderlib-habits.test.ts', 'is JSON with what belongs to it, and never in a circle'],
    },
    {
      cinderlib: '`delete()`',
      library: '`snapshot.delete()`',
      cli: '`scoria snapshot delete`',
      is: 'same: twice succeeds',
      by: ['test/cli/snapshot-connection.test.ts', 'delete may be repeated, and --at remembers'],
    },
    {
      cinderlib: 'a deletion that fails: status `error_deleting`',
      library: 'the same',
      cli: 'the same',
      is: 'same',
      by: ['test/domain/volume/snapshot-delete.test.ts', 'leaves a failed deletion in error_deleting'],
    },
    {
      cinderlib: '`create_volume(**attributes)`',
      library: '`snapshot.createVolume({ size, … })`',
      cli: '`scoria snapshot restore`',
      is: 'better: the snapshot cannot be deleted while it is copied',
      by: ['test/commands/volumes.test.ts', 'a volume from a snapshot has the old bytes'],
    },
    {
      cinderlib: 'on Ceph, no deletion while a volume made of it is there',
      library: '`snapshot.delete()`',
      cli: '`scoria snapshot delete`',
      is: 'better: it is deleted, and what its volumes need of it goes with the last of them',
      by: [
        'test/ceph/clones.test.ts',
        'of a snapshot hang on it, unless rbd_flatten_volume_from_snapshot says otherwise',
      ],
    },
    {
      cinderlib: '`refresh()`',
      library: '`snapshot.refresh()`',
      cli: null,
      is: 'same',
      by: [
        'test/library/cinderlib-habits.test.ts',
        'is as it was last seen until it is refreshed; lists are read each time',
      ],
    },
    {
      cinderlib: '`save()`',
      library: 'not needed',
      cli: 'not needed',
      is: 'better: what happens is recorded when it happens',
      by: ['test/commands/intent-before-effect.test.ts', 'the intent is in the log while the driver is at work'],
    },
    {
      cinderlib: '`Snapshot.get_by_id(id)`, `Snapshot.get_by_name(name)`',
      library: '`engine.snapshot(id)`, `engine.snapshotNamed(name)`',
      cli: '`scoria snapshot show`',
      is: 'same',
      by: ['test/library/cinderlib-habits.test.ts', 'is found by its id and by its name, which several may have'],
    },
    {
      cinderlib: 'no revert',
      library: '`snapshot.revert()`',
      cli: '`scoria snapshot revert`',
      is: 'better: the volume gets the bytes of its newest snapshot',
      by: ['test/cli/snapshot-connection.test.ts', 'restore and revert bring the bytes back'],
    },
  ],
};
