import { part, withDefect } from './defect.ts';

export default withDefect('snapshots-move', (driver, array) => ({
  snapshots: {
    ...part(driver, 'snapshots'),
    async createSnapshot(snapshot, volume) {
      await part(driver, 'snapshots').createSnapshot(snapshot, volume);
      const [taken, of] = [array.snapshots.get(snapshot.id), array.volumes.get(volume.id)];
      if (taken !== undefined && of !== undefined)
        array.snapshots.set(snapshot.id, { ...taken, contents: of.contents });
      return undefined;
    },
  },
}));
