import type { Command } from 'commander';
import { given, pairsOf } from '../arguments.ts';
import { giveExamples } from '../examples.ts';
import { snapshotId, volumeId } from '../find.ts';
import { asDocument, deleted, did, many, one, SNAPSHOT_COLUMNS, snapshotNow, volumeNow } from '../shown.ts';
import { reading, writing } from '../verbs.ts';
import { type CopyOptions, copyAttributes, withCopyOptions } from '../volume-options.ts';
import { statusArgument } from './volume-mending.ts';

const EXAMPLES = {
  create: ['scoria snapshot create data --name before-upgrade'],
  list: ['scoria snapshot list', 'scoria snapshot list data'],
  show: ['scoria snapshot show before-upgrade'],
  restore: ['scoria snapshot restore before-upgrade --name data-as-before'],
  revert: ["scoria snapshot revert before-upgrade --reason 'the upgrade failed'"],
  'reset-status': ["scoria snapshot reset-status before-upgrade available --reason 'it is on the array'"],
  delete: ['scoria snapshot delete before-upgrade'],
};

type One = readonly [string];

interface SnapshotOptions {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ownerUser?: string;
  readonly ownerProject?: string;
}

export const verbs = (group: Command): void => {
  making(group);
  reads(group);
  using(group);
  giveExamples(group, EXAMPLES);
};

const making = (group: Command): void => {
  group
    .command('create <volume>')
    .description("keep a volume's bytes as they are now")
    .option('--name <name>', 'its name')
    .option('--description <text>', 'its description')
    .option('--id <uuid>', 'its id, instead of a new one')
    .option('--metadata <key=value>', 'metadata (repeatable)', pairsOf('--metadata'))
    .option('--owner-user <name>', 'whose it is, unless the user of the command')
    .option('--owner-project <name>', 'the project it belongs to, unless that of the command')
    .action(
      writing<SnapshotOptions, One>(async (session, [volume], options) => {
        const volume_id = await volumeId(session, volume);
        const { id, name, description, metadata, ownerUser: user_id, ownerProject: project_id } = options;
        const attributes = given({ id, name, description, metadata, user_id, project_id });
        const made = await session.give({ type: 'CreateSnapshot', volume_id, ...attributes });
        return did('snapshot', await snapshotNow(session, { volume_id, id: made }));
      }),
    );
};

const reads = (group: Command): void => {
  group
    .command('list [volume]')
    .description('the snapshots, or those of a volume')
    .action(
      reading<object, readonly [string?]>((view, [volume]) => {
        const id = volume === undefined ? undefined : view.volume(volume).id;
        return many(view.snapshots(id).map(asDocument), SNAPSHOT_COLUMNS);
      }),
    );
  group
    .command('show <snapshot>')
    .description('a snapshot')
    .action(reading<object, One>((view, [snapshot]) => one(asDocument(view.snapshot(snapshot)))));
};

const using = (group: Command): void => {
  withCopyOptions(group.command('restore <snapshot>').description("a new volume with the snapshot's bytes")).action(
    writing<CopyOptions, One>(async (session, [snapshot], options) => {
      const { volume_id, id: snapshot_id } = await snapshotId(session, snapshot);
      const attributes = copyAttributes(options);
      const id = await session.give({ type: 'CreateVolumeFromSnapshot', volume_id, snapshot_id, ...attributes });
      return did('volume', await volumeNow(session, id));
    }),
  );
  group
    .command('revert <snapshot>')
    .description('give its volume the bytes of this snapshot, its newest')
    .action(
      writing<object, One>(async (session, [snapshot]) => {
        const { volume_id, id: snapshot_id } = await snapshotId(session, snapshot);
        await session.give({ type: 'RevertToSnapshot', volume_id, snapshot_id });
        return did('volume', await volumeNow(session, volume_id));
      }),
    );
  group
    .command('reset-status <snapshot>')
    .addArgument(statusArgument(['available', 'error']))
    .description('say which status it has, where an operation left it in another; give --reason')
    .action(
      writing<object, readonly [string, 'available' | 'error']>(async (session, [snapshot, status]) => {
        const { volume_id, id: snapshot_id } = await snapshotId(session, snapshot);
        await session.give({ type: 'ResetSnapshotStatus', volume_id, snapshot_id, status });
        return did('snapshot', await snapshotNow(session, { volume_id, id: snapshot_id }));
      }),
    );
  group
    .command('delete <snapshot>')
    .description('delete a snapshot')
    .action(
      writing<object, One>(async (session, [snapshot]) => {
        const { volume_id, id: snapshot_id } = await snapshotId(session, snapshot);
        await session.give({ type: 'DeleteSnapshot', volume_id, snapshot_id });
        return deleted('snapshot', snapshot_id);
      }),
    );
};
