import { SparseBytes } from '../../../src/drivers/memory/sparse-bytes.ts';
import { withDefect } from './defect.ts';

/** Makes room first and asks afterwards whether the volume fits. */
export default withDefect('leaves-half-made', (driver, array) => ({
  async createVolume(volume) {
    try {
      return await driver.createVolume(volume);
    } catch (error) {
      const id = `partial-${volume.id}`;
      array.volumes.set(id, { id, sizeBytes: 1024n ** 3n, contents: new SparseBytes() });
      throw error;
    }
  },
}));
