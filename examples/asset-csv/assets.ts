import { defineProjection, evolveVolume, resourceIdOf, type VolumeState } from 'scoria';

/** A volume as an asset database wants it. */
export type Asset = {
  readonly id: string;
  readonly name: string | null;
  readonly backend: string;
  readonly size_gib: number;
  readonly status: string;
  /** Where it is attached. */
  readonly hosts: readonly string[];
  readonly project: string;
  readonly user: string;
  readonly created_at: string;
};

/** The asset, when it last changed, and the state that the next event is folded into. */
export type AssetRow = {
  readonly asset: Asset;
  readonly changed_at: string;
  /** The position in the log, as decimal text. */
  readonly changed_position: string;
  readonly deleted_at: string | null;
  readonly state: VolumeState;
};

const assetOf = ({ volume, connections }: VolumeState): Asset | null =>
  volume && {
    id: volume.id,
    name: volume.name,
    backend: volume.backend_name,
    size_gib: volume.size,
    status: volume.status,
    hosts: Object.values(connections)
      .filter(({ device }) => device !== null)
      .map(({ connector }) => String(connector.host))
      .toSorted(),
    project: volume.project_id,
    user: volume.user_id,
    created_at: volume.created_at,
  };

const isSame = (a: Asset, b: Asset | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One row for each volume that ever was, so that an import learns of deletions too. */
export default defineProjection<AssetRow>({
  name: 'assets',
  version: 1,
  moves: 'when read',
  fold(rows, event) {
    if (!event.stream.startsWith('volume-')) return;
    const id = resourceIdOf(event.stream);
    const before = rows.get(id);
    const state = evolveVolume(before?.state ?? null, event);
    const asset = assetOf(state);
    if (asset === null) {
      // An adoption that failed: there is no volume, and never was one.
      rows.delete(id);
      return;
    }
    // Much happens to a volume that an asset database does not see: pins, snapshots, what the array answered.
    const changed =
      before !== undefined && isSame(asset, before.asset)
        ? before
        : {
            asset,
            changed_at: event.meta.at,
            changed_position: String(event.position),
            deleted_at: asset.status === 'deleted' ? event.meta.at : null,
          };
    rows.set(id, { ...changed, state });
  },
});
