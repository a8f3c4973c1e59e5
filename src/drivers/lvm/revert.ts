import { setTimeout as passed } from 'node:timers/promises';
import { wholeGiB } from '../../domain/backend/resource.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { halfway } from '../halfway.ts';
import { markedSize, revertMark, revertMarkAmong } from './names.ts';
import type { Found } from './programs.ts';
import { isSnapshot, namesOf, readable, required, type SnapshotNames, tag, take, untag } from './snapshots.ts';
import { activate, atPath, grow, type LvmBackend, remove, requireClosed } from './volumes.ts';

const MERGE_TIMEOUT_MS = 24 * 3_600_000;
const ASK_AGAIN_MS = 500;

/**
 * LVM merges a snapshot into its volume and the snapshot is gone. It is taken anew right after, as Cinder does, while
 * nobody is connected. In between the volume alone has the bytes: it carries a tag from before the merge until the
 * snapshot stands again, by which a repeated call goes on where an interrupted one stopped.
 */
export const revertToSnapshot = async (backend: LvmBackend, snapshot: Snapshot): Promise<void> => {
  const names = namesOf(backend, snapshot);
  const found = await backend.programs.look([names.own, names.of]);
  const target = required(backend, names.of, found);
  await requireClosed(backend, target);
  const begun = revertMarkAmong(target.tags, snapshot.id);
  const mark = begun ?? revertMark(snapshot.id, target.sizeBytes);
  if (begun === undefined) {
    await readable(backend, names.own, found);
    await tag(backend, names.of, mark);
  }
  await halfway(async () => {
    const standing = found(names.own);
    if (standing !== undefined && isSnapshot(standing) && !standing.isHidden) await merge(backend, names);
    await restore(backend, names, await mergeEnds(backend, names), markedSize(mark));
    await untag(backend, names.of, mark);
  });
};

const merge = ({ programs, group }: LvmBackend, { own }: SnapshotNames): Promise<void> =>
  programs.change(`merge ${own}`, 'lvconvert', ['--merge', '-i', '1', `${group}/${own}`], MERGE_TIMEOUT_MS);

/**
 * A merge goes on in the kernel without whoever began it, but takes somebody to end it. It waits for the next
 * activation where somebody, if only udev, had the volume open for a moment.
 */
const mergeEnds = async (backend: LvmBackend, { own, of }: SnapshotNames): Promise<Found> => {
  const { programs } = backend;
  const deadline = performance.now() + MERGE_TIMEOUT_MS;
  const isMerging = (found: Found) => found(own)?.isHidden === true;
  let found = await programs.look([own, of]);
  if (isMerging(found)) {
    await programs.change(`deactivate ${of}`, 'lvchange', ['-an', '--yes', atPath(backend, of)]);
    await activate(backend, of);
  }
  while (isMerging(found)) {
    if (performance.now() > deadline) throw new Error(`${of} is still merging`);
    await programs.change(`end the merge of ${of}`, 'lvchange', ['--poll', 'y', atPath(backend, of)]);
    await passed(ASK_AGAIN_MS);
    found = await programs.look([own, of]);
  }
  return found;
};

/** A merged thin volume has the snapshot's size. */
const restore = async (backend: LvmBackend, names: SnapshotNames, found: Found, sizeBytes: bigint): Promise<void> => {
  const target = required(backend, names.of, found);
  const standing = found(names.own);
  // LVM takes a thick snapshot apart, and then removes it: who ended the merge may have died in between.
  const isLeft = standing !== undefined && !isSnapshot(standing);
  if (isLeft) await remove(backend, standing);
  if (isLeft || standing === undefined) await take(backend, names.own, target);
  if (target.sizeBytes < sizeBytes) await grow(backend, names.of, wholeGiB(sizeBytes));
};
