import { part, withDefect } from './defect.ts';

export default withDefect('clones-share-bytes', (driver, array) => ({
  clone: {
    async cloneVolume(volume, source) {
      await part(driver, 'clone').cloneVolume(volume, source);
      const [copy, original] = [array.volumes.get(volume.id), array.volumes.get(source.id)];
      if (copy !== undefined && original !== undefined) {
        array.volumes.set(volume.id, { ...copy, contents: original.contents });
      }
      return undefined;
    },
  },
}));
