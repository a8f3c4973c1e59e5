import { part, withDefect } from './defect.ts';

/** Keeps two snapshots of a volume: no single promise shows it, a life does. */
export default withDefect('forgets-old-snapshots', (driver, array) => ({
  snapshots: {
    ...part(driver, 'snapshots'),
    async createSnapshot(snapshot, volume) {
      const update = await part(driver, 'snapshots').createSnapshot(snapshot, volume);
      const [oldest, ...others] = [...array.snapshots.values()].filter(({ volumeId }) => volumeId === volume.id);
      if (oldest !== undefined && others.length > 1) array.snapshots.delete(oldest.id);
      return update;
    },
  },
}));
