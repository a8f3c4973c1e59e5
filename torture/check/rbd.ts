import { execa } from 'execa';
import { foldsOf, volumesOf } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { recordedBytes } from './recorded.ts';
import { differencesOf } from './worlds.ts';

const GIB = 1024 ** 3;

interface Pool {
  readonly rbd_pool: string;
  readonly rbd_user?: string | undefined;
  readonly rbd_ceph_conf?: string | undefined;
}

/** A line of `rbd ls --long`. */
interface Line {
  readonly image: string;
  readonly snapshot?: string;
  readonly size: number;
  readonly parent?: { readonly image: string; readonly snapshot: string };
}

/** Where a pool is not what the record says: asked of Ceph, and of nothing of Scoria's. */
export const differencesOnRbd = async (stored: readonly StoredEvent[], pool: Pool): Promise<readonly string[]> => {
  const [lines, trashed] = await Promise.all([
    asked<readonly Line[]>(pool, 'ls', '--long'),
    asked<readonly { readonly name: string }[]>(pool, 'trash', 'ls', '--all'),
  ]);
  const parents = new Set(
    lines.flatMap(({ parent }) => (parent === undefined ? [] : [parent.image, `${parent.image}@${parent.snapshot}`])),
  );
  const found = lines.flatMap(({ image, snapshot, size }) => {
    const name = snapshot === undefined ? image : `${image}@${snapshot}`;
    // What was deleted, and what a clone was made of, stays for as long as there are clones.
    if (/\.(deleted|clone_snap)$/.test(name) && parents.has(name)) return [];
    return [snapshot === undefined ? imageLine(name, size / GIB) : `snapshot ${name}`];
  });
  return differencesOf([...found, ...trashed.map(({ name }) => `in the trash ${name}`)], recordedLines(stored));
};

const asked = async <Answer>(
  { rbd_pool, rbd_user, rbd_ceph_conf }: Pool,
  ...args: readonly string[]
): Promise<Answer> => {
  const as = [...(rbd_ceph_conf ? ['--conf', rbd_ceph_conf] : []), ...(rbd_user ? ['--id', rbd_user] : [])];
  const { stdout } = await execa('rbd', [...as, ...args, '--format', 'json', rbd_pool]);
  return JSON.parse(stdout);
};

const imageLine = (name: string, sizeGiB: number): string => `image ${name} of ${sizeGiB} GiB`;

const recordedLines = (stored: readonly StoredEvent[]): readonly string[] => {
  const folds = foldsOf(stored);
  return [...volumesOf(folds)].flatMap(([volumeId, state]) =>
    recordedBytes(state, folds.get(`volume-${volumeId}`)?.events ?? []).map(({ kind, id, sizeGiB }) =>
      kind === 'volume' ? imageLine(`volume-${id}`, sizeGiB) : `snapshot volume-${volumeId}@snapshot-${id}`,
    ),
  );
};
